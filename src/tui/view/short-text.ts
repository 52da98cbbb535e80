import { humanSize } from '../../app/commands/format/human-size.ts';
import type { ContainerSummary, PortBinding } from '../../engine/containers.ts';

const secondMs = 1000;
const units = [
  ['y', 365 * 24 * 3600 * secondMs],
  ['w', 7 * 24 * 3600 * secondMs],
  ['d', 24 * 3600 * secondMs],
  ['h', 3600 * secondMs],
  ['m', 60 * secondMs],
] as const;

/** How long ago in three characters or so: `now`, `3m`, `5h`, `6d`, `9w`, `2y`; empty without a time. */
export function shortAge(time: string | undefined, nowMs: number): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return '';
  const age = nowMs - at;
  for (const [unit, length] of units) {
    if (age >= length) return `${Math.floor(age / length)}${unit}`;
  }
  return age < 10 * secondMs ? 'now' : `${Math.floor(age / secondMs)}s`;
}

/** `93.3 MB` */
export function sizeText(sizeBytes: number): string {
  return humanSize(sizeBytes, 3).replace(/(?<=\d)(?=[a-zA-Z])/, ' ');
}

/** What a container is doing, in as few words as it takes. */
export function shortStatus(container: ContainerSummary, nowMs: number): string {
  switch (container.state) {
    case 'running': {
      const health = container.health === 'none' ? '' : ` ${container.health}`;
      return `up ${shortAge(container.startedAt, nowMs)}${health}`;
    }
    case 'exited':
      return `exited (${container.exitCode ?? '?'}) ${shortAge(container.finishedAt, nowMs)}`.trimEnd();
    case 'restarting':
      return `restarting (${container.exitCode ?? '?'})`;
    default:
      return container.state;
  }
}

/** Published ports: `8080→80 9000→9000/udp`. */
export function shortPorts(ports: readonly PortBinding[]): string {
  return ports
    .filter(({ hostPort }) => hostPort > 0)
    .map(({ hostAddress, hostPort, containerPort, protocol }) => {
      const host =
        hostAddress === '' || hostAddress === '0.0.0.0' || hostAddress === '::' ? '' : `${hostAddress}:`;
      return `${host}${hostPort}→${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
    })
    .filter((text, index, all) => all.indexOf(text) === index)
    .join(' ');
}
