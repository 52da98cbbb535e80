import type { PortBinding } from '../../../engine/containers.ts';

interface Range {
  readonly binding: PortBinding;
  last: number;
}

/**
 * The PORTS column: `0.0.0.0:8080->80/tcp, 443/tcp`. Neighbouring ports become one range
 * (`0.0.0.0:3000-3002->3000-3002/tcp`).
 */
export function portList(ports: readonly PortBinding[]): string {
  const ranges: Range[] = [];
  for (const binding of ports.toSorted(byPlace)) {
    const previous = ranges.at(-1);
    if (previous !== undefined && continues(previous, binding)) previous.last = binding.containerPort;
    else ranges.push({ binding, last: binding.containerPort });
  }
  return ranges.map(describe).join(', ');
}

/** Host address as it is printed before a port: IPv6 in brackets, none as `0.0.0.0`. */
export function hostAddress(binding: PortBinding): string {
  if (binding.hostAddress === '') return '0.0.0.0';
  return binding.hostAddress.includes(':') ? `[${binding.hostAddress}]` : binding.hostAddress;
}

function byPlace(a: PortBinding, b: PortBinding): number {
  return (
    a.protocol.localeCompare(b.protocol) ||
    hostAddress(a).localeCompare(hostAddress(b)) ||
    Number(b.hostPort > 0) - Number(a.hostPort > 0) ||
    a.containerPort - b.containerPort ||
    a.hostPort - b.hostPort
  );
}

function continues(range: Range, next: PortBinding): boolean {
  const { binding, last } = range;
  const step = next.containerPort - binding.containerPort;
  return (
    next.protocol === binding.protocol &&
    next.hostAddress === binding.hostAddress &&
    next.containerPort === last + 1 &&
    (binding.hostPort === 0 ? next.hostPort === 0 : next.hostPort === binding.hostPort + step)
  );
}

function describe({ binding, last }: Range): string {
  const span = last - binding.containerPort;
  const ports = (first: number) => (span === 0 ? `${first}` : `${first}-${first + span}`);
  const inside = `${ports(binding.containerPort)}/${binding.protocol}`;
  return binding.hostPort === 0 ? inside : `${hostAddress(binding)}:${ports(binding.hostPort)}->${inside}`;
}
