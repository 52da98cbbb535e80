import { formatAddress, parseAddress } from '../../../../base/ip-address.ts';
import type { PortBinding } from '../../../../engine/containers.ts';
import { specError } from './spec-error.ts';

/** `-p [ip:][hostPort|range:]containerPort[-range][/proto]` as one binding a port. Throws `invalid` / `bad-port`. */
export function parsePort(text: string): readonly PortBinding[] {
  const slash = text.lastIndexOf('/');
  const places = slash < 0 ? text : text.slice(0, slash);
  const protocol = slash < 0 ? 'tcp' : text.slice(slash + 1).toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'udp') throw bad(`invalid proto: ${protocol}`);
  const { address, host, container } = split(places, text);
  const inside = parseRange(container, 'containerPort');
  if (inside === undefined) throw bad(`no port specified: ${text}<empty>`);
  const outside = parseRange(host, 'hostPort');
  const count = inside.last - inside.first + 1;
  const isChoice = outside !== undefined && count === 1 && outside.last > outside.first;
  if (outside !== undefined && !isChoice && outside.last - outside.first + 1 !== count) {
    throw bad(`invalid ranges specified for container and host Ports: ${container} and ${host}`);
  }
  return Array.from({ length: count }, (_, offset) => ({
    protocol,
    containerPort: inside.first + offset,
    hostAddress: address,
    hostPort: outside === undefined ? 0 : outside.first + offset,
    ...(isChoice && { hostPortEnd: outside.last }),
  }));
}

/** `--expose 80[-90][/proto]` as `80/tcp`, one a port. */
export function parseExpose(text: string): readonly string[] {
  const [ports = '', protocol = 'tcp'] = text.split('/', 2);
  const range = ports.includes(':') ? undefined : parseRange(ports, 'containerPort');
  if (range === undefined || (protocol !== 'tcp' && protocol !== 'udp')) {
    throw bad(`invalid port format for --expose: ${text}`);
  }
  return Array.from(
    { length: range.last - range.first + 1 },
    (_, offset) => `${range.first + offset}/${protocol}`,
  );
}

function split(places: string, whole: string): { address: string; host: string; container: string } {
  const bracket = /^\[([^\]]*)\]:(.*)$/.exec(places);
  const parts = (bracket?.[2] ?? places).split(':');
  if (bracket !== null) {
    const [host = '', container] = parts;
    if (parts.length > 2) throw bad(`invalid port specification: ${whole}`);
    return {
      address: checkAddress(bracket[1]!),
      host: container === undefined ? '' : host,
      container: container ?? host,
    };
  }
  const container = parts.pop()!;
  const host = parts.pop() ?? '';
  const address = parts.join(':');
  return { address: address === '' ? '' : checkAddress(address), host, container };
}

function checkAddress(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw bad(`invalid IP address: ${address}`);
  return formatAddress(parsed);
}

function parseRange(text: string, what: string): { first: number; last: number } | undefined {
  if (text === '') return undefined;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (
    match === null ||
    first > 65_535 ||
    last > 65_535 ||
    last < first ||
    (first === 0 && what === 'containerPort')
  ) {
    throw bad(`invalid ${what}: ${text}`);
  }
  return { first, last };
}

function bad(message: string): Error {
  return specError('bad-port', message);
}
