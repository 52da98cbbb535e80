import { GantryError } from '../../base/gantry-error.ts';

/** An IPv4 network: `base` is its first address as an unsigned 32-bit number. */
export interface Ipv4Network {
  readonly base: number;
  readonly prefixLength: number;
}

/** `10.0.0.1` → 0x0a000001; undefined when it is not four decimal numbers below 256 (no leading zeros). */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Parses `172.17.0.0/16`. Throws `invalid` / `bad-subnet` when it is not CIDR or has host bits set. */
export function parseSubnet(text: string): Ipv4Network {
  const [address, length, ...rest] = text.split('/');
  const base = parseIpv4(address ?? '');
  const prefixLength = /^\d{1,2}$/.test(length ?? '') ? Number(length) : Number.NaN;
  if (base === undefined || !(prefixLength >= 8 && prefixLength <= 30) || rest.length > 0) {
    throw badSubnet(text, 'want an IPv4 network such as 172.30.0.0/16, of /8 to /30');
  }
  if (base % networkSize({ base, prefixLength }) !== 0) {
    throw badSubnet(text, 'it has host bits set');
  }
  return { base, prefixLength };
}

export function formatSubnet(network: Ipv4Network): string {
  return `${formatIpv4(network.base)}/${network.prefixLength}`;
}

/** How many addresses it spans, network and broadcast address included. */
export function networkSize(network: Ipv4Network): number {
  return 2 ** (32 - network.prefixLength);
}

export function networksOverlap(a: Ipv4Network, b: Ipv4Network): boolean {
  return a.base < b.base + networkSize(b) && b.base < a.base + networkSize(a);
}

function badSubnet(text: string, why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-subnet',
    message: `invalid subnet ${JSON.stringify(text.slice(0, 60))}: ${why}`,
  });
}
