import type { PortBinding } from '../../../engine/containers.ts';

interface Range {
  readonly binding: PortBinding;
  last: number;
}

/**
 * The PORTS column, in the order of Docker's: first ports that have the same number outside and those that are exposed
 * alone, neighbours of them as one range (`0.0.0.0:3000-3002->3000-3002/tcp, 443/tcp`), then those that have another
 * (`0.0.0.0:8080->80/tcp, [::]:8080->80/tcp`).
 */
export function portList(ports: readonly PortBinding[]): string {
  const ended: Range[] = [];
  /** By address and protocol, in the order they began. */
  const open = new Map<string, Range>();
  const others: Range[] = [];
  for (const binding of ports.toSorted(byPlace)) {
    const { containerPort, protocol, hostPort } = binding;
    const range = { binding, last: containerPort };
    if (hostPort !== 0 && hostPort !== containerPort) {
      others.push(range);
      continue;
    }
    const place = hostPort === 0 ? protocol : `${hostAddress(binding)} ${protocol}`;
    const before = open.get(place);
    if (before !== undefined && before.last + 1 === containerPort) {
      before.last = containerPort;
      continue;
    }
    if (before !== undefined) ended.push(before);
    open.set(place, range);
  }
  return [...ended, ...open.values(), ...others].map(describe).join(', ');
}

/** Host address as it is printed before a port: IPv6 in brackets, none as `0.0.0.0`. */
export function hostAddress(binding: PortBinding): string {
  const address = plainAddress(binding);
  return address.includes(':') ? `[${address}]` : address;
}

function byPlace(a: PortBinding, b: PortBinding): number {
  return (
    a.containerPort - b.containerPort ||
    compare(placeOf(a), placeOf(b)) ||
    a.hostPort - b.hostPort ||
    compare(a.protocol, b.protocol)
  );
}

function placeOf(binding: PortBinding): string {
  return binding.hostPort === 0 ? '' : plainAddress(binding);
}

function plainAddress(binding: PortBinding): string {
  return binding.hostAddress === '' ? '0.0.0.0' : binding.hostAddress;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function describe({ binding, last }: Range): string {
  const { containerPort, hostPort, protocol } = binding;
  const span = (first: number): string =>
    last === containerPort ? `${first}` : `${first}-${first + last - containerPort}`;
  const inside = `${span(containerPort)}/${protocol}`;
  return hostPort === 0 ? inside : `${hostAddress(binding)}:${span(hostPort)}->${inside}`;
}
