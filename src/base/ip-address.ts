/** An IP address as a number: what pools and subnets are counted in. */
export interface IpAddress {
  readonly family: IpFamily;
  readonly value: bigint;
}

export type IpFamily = 4 | 6;

/**
 * `10.0.0.1` (four decimal numbers, no leading zeros) or `fd00::1` (RFC 4291, section 2.2; no zone). Undefined for
 * anything else.
 */
export function parseAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** IPv6 in the one form of RFC 5952. */
export function formatAddress({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const zeros = longestZeros(groups);
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return zeros === undefined ? hex(0, 8) : `${hex(0, zeros.from)}::${hex(zeros.to, 8)}`;
}

/** As the kernel takes it: 4 or 16 bytes in network order. Throws when the text is no address. */
export function addressBytes(text: string): Buffer {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return Buffer.from(address.value.toString(16).padStart(address.family === 4 ? 8 : 32, '0'), 'hex');
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return { family: 4, value: BigInt(value) };
}

function parseIpv6(text: string): IpAddress | undefined {
  const at = text.lastIndexOf(':') + 1;
  // The last 32 bits may be written as an IPv4 address.
  const tail = text.includes('.') ? parseIpv4(text.slice(at)) : undefined;
  if (text.includes('.') && tail === undefined) return undefined;
  const plain =
    tail === undefined
      ? text
      : `${text.slice(0, at)}${(tail.value >> 16n).toString(16)}:${(tail.value & 0xffffn).toString(16)}`;
  const [head = '', end, ...rest] = plain.split('::');
  if (rest.length > 0) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = end === undefined || end === '' ? [] : end.split(':');
  const missing = 8 - before.length - after.length;
  if (end === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { family: 6, value: BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`) };
}

/** The first of the longest runs of two or more. */
function longestZeros(groups: readonly bigint[]): { readonly from: number; readonly to: number } | undefined {
  let best: { readonly from: number; readonly to: number } | undefined;
  for (let from = 0; from < groups.length; from += 1) {
    let to = from;
    while (groups[to] === 0n) to += 1;
    if (to - from >= 2 && to - from > (best === undefined ? 0 : best.to - best.from)) best = { from, to };
    from = Math.max(from, to);
  }
  return best;
}
