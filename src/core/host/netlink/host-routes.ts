import { readFileSync } from 'node:fs';
import type { IpNetwork } from '../../../base/ip-network.ts';
import { isErrno } from '../system-error.ts';

/** One route to a network behind a device. The default route has prefix length 0. */
export interface HostRoute extends IpNetwork {
  readonly device: string;
}

/** IPv4 routes of this network namespace, from /proc/net/route (proc_pid_net(5)). */
export function hostRoutes(): readonly HostRoute[] {
  return parseRoutes(readFileSync('/proc/thread-self/net/route', 'latin1'));
}

/** IPv6 routes of this network namespace to networks: no single addresses, link-local ones or multicast. */
export function hostRoutesV6(): readonly HostRoute[] {
  try {
    return parseRoutesV6(readFileSync('/proc/thread-self/net/ipv6_route', 'latin1'));
  } catch (error) {
    // A kernel without IPv6.
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Lines that are not of the format are passed over. Numbers in the file are in memory order: little-endian. */
export function parseRoutes(text: string): readonly HostRoute[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , , , , , mask] = line.split('\t');
      if (device === undefined || !isWord(destination) || !isWord(mask)) return [];
      return [
        {
          device,
          family: 4 as const,
          base: BigInt(fromMemoryOrder(destination)),
          prefixLength: prefixLength(fromMemoryOrder(mask)),
        },
      ];
    });
}

/** As {@link parseRoutes}; here numbers are in network order, the device comes last. */
export function parseRoutesV6(text: string): readonly HostRoute[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', length = '', ...rest] = line.trim().split(/\s+/);
    const device = rest.at(-1);
    if (device === undefined || device === 'lo') return [];
    if (!/^[0-9a-f]{32}$/.test(destination) || !/^[0-9a-f]{2}$/.test(length)) return [];
    const route = {
      device,
      family: 6 as const,
      base: BigInt(`0x${destination}`),
      prefixLength: Number.parseInt(length, 16),
    };
    return route.prefixLength === 128 || /^f(?:e[89ab]|f)/.test(destination) ? [] : [route];
  });
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[0-9A-F]{8}$/i.test(text);
}

function fromMemoryOrder(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0);
}

function prefixLength(mask: number): number {
  return Math.clz32(~mask);
}
