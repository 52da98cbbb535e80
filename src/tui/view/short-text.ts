import { humanSize } from '../../app/commands/format/human-size.ts';
import type { ContainerSummary, PortBinding } from '../../engine/containers.ts';
import { textWidth } from '../paint/grapheme.ts';

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

/**
 * Published ports in at most `width` columns: `8080→80 9000→9000/udp`. Where they do not fit they go without the addresses
 * they are published on, then as many as do, and how many more there are: `8080→80 +2`.
 */
export function shortPorts(ports: readonly PortBinding[], width: number): string {
  const published = ports.filter(({ hostPort }) => hostPort > 0);
  const full = distinct(published.map((port) => `${addressOf(port)}${portText(port)}`)).join(' ');
  if (textWidth(full) <= width) return full;
  const texts = distinct(published.map(portText));
  for (let shown = texts.length; shown > 1; shown -= 1) {
    const more = texts.length - shown;
    const text = `${texts.slice(0, shown).join(' ')}${more === 0 ? '' : ` +${more}`}`;
    if (textWidth(text) <= width) return text;
  }
  const [first = '', ...more] = texts;
  const text = more.length === 0 ? first : `${first} +${more.length}`;
  return textWidth(text) <= width ? text : first;
}

function addressOf({ hostAddress }: PortBinding): string {
  return hostAddress === '' || hostAddress === '0.0.0.0' || hostAddress === '::' ? '' : `${hostAddress}:`;
}

function portText({ hostPort, containerPort, protocol }: PortBinding): string {
  return `${hostPort}→${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) === index);
}
