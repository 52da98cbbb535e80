import { GantryError } from './gantry-error.ts';
import { formatAddress, type IpAddress, type IpFamily, parseAddress } from './ip-address.ts';

/** A network in the sense of CIDR; `base` is its first address. */
export interface IpNetwork {
  readonly family: IpFamily;
  readonly base: bigint;
  readonly prefixLength: number;
}

/** Parses `172.17.0.0/16` or `fd00:1::/64`. Throws `invalid` / `bad-subnet` when it is not CIDR or has host bits set. */
export function parseNetwork(text: string): IpNetwork {
  const [address = '', length = '', ...rest] = text.split('/');
  const base = parseAddress(address);
  const prefixLength = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (base === undefined || rest.length > 0 || !(prefixLength >= 0 && prefixLength <= bitsOf(base.family))) {
    throw badNetwork(text, 'want a network such as 172.30.0.0/16 or fd00:1::/64');
  }
  const network = { family: base.family, base: base.value, prefixLength };
  const first = base.value - (base.value % networkSize(network));
  if (first !== base.value) {
    const should = formatNetwork({ ...network, base: first });
    throw badNetwork(text, `it has host bits set, it should be ${should}`);
  }
  return network;
}

export function formatNetwork({ family, base, prefixLength }: IpNetwork): string {
  return `${formatAddress({ family, value: base })}/${prefixLength}`;
}

/** How many addresses it spans, all of them counted. */
export function networkSize({ family, prefixLength }: IpNetwork): bigint {
  return 2n ** BigInt(bitsOf(family) - prefixLength);
}

/** The last of its addresses. */
export function lastAddress(network: IpNetwork): bigint {
  return network.base + networkSize(network) - 1n;
}

export function networkHolds(network: IpNetwork, { family, value }: IpAddress): boolean {
  return family === network.family && value >= network.base && value <= lastAddress(network);
}

export function networksOverlap(a: IpNetwork, b: IpNetwork): boolean {
  return a.family === b.family && a.base <= lastAddress(b) && b.base <= lastAddress(a);
}

function bitsOf(family: IpFamily): number {
  return family === 4 ? 32 : 128;
}

function badNetwork(text: string, why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-subnet',
    message: `invalid subnet ${JSON.stringify(text.slice(0, 60))}: ${why}`,
  });
}
