import { readFileSync } from 'node:fs';

/** One IPv4 route of the main table. The default route has prefix length 0. */
export interface HostRoute {
  readonly device: string;
  readonly base: number;
  readonly prefixLength: number;
}

/** Routes of this network namespace, from /proc/net/route (proc_pid_net(5)). */
export function hostRoutes(): readonly HostRoute[] {
  return parseRoutes(readFileSync('/proc/thread-self/net/route', 'latin1'));
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
        { device, base: fromMemoryOrder(destination), prefixLength: prefixLength(fromMemoryOrder(mask)) },
      ];
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
