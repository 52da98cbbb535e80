import { tarError } from './tar-error.ts';

/**
 * A numeric header field: octal digits between blanks and NULs (POSIX ustar), or base-256 with the top bit set (GNU,
 * for what octal cannot hold). Empty is 0. Throws `bad-tar` for anything else and beyond 2^53.
 */
export function readNumber(block: Uint8Array, offset: number, length: number, field: string): number {
  const first = block[offset] as number;
  if ((first & 0x80) !== 0) return readBase256(block, offset, length, field);
  let value = 0;
  let digits = 0;
  let at = offset;
  const end = offset + length;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at += 1;
  for (; at < end; at += 1) {
    const byte = block[at] as number;
    if (byte === 0x20 || byte === 0) break;
    if (byte < 0x30 || byte > 0x37) throw tarError(`field ${field} is not a number`);
    value = value * 8 + (byte - 0x30);
    digits += 1;
  }
  if (digits > 17 && !Number.isSafeInteger(value)) throw tarError(`field ${field} is too large`);
  return value;
}

function readBase256(block: Uint8Array, offset: number, length: number, field: string): number {
  const negative = ((block[offset] as number) & 0x40) !== 0;
  let value = negative ? -1n : 0n;
  for (let at = offset; at < offset + length; at += 1) {
    const byte = block[at] as number;
    const bits = at === offset ? (negative ? byte | 0x80 : byte & 0x7f) : byte;
    value = (value << 8n) | BigInt(bits);
  }
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw tarError(`field ${field} is too large`);
  return number;
}

/** Whether a header field of that length can hold the value, as octal digits and a NUL. */
export function fitsOctal(length: number, value: number): boolean {
  return value >= 0 && value < 8 ** (length - 1);
}

/** Writes octal digits and a NUL; zero when the value does not fit and a PAX record must hold it. */
export function writeOctal(block: Uint8Array, offset: number, length: number, value: number): void {
  let rest = fitsOctal(length, value) ? value : 0;
  for (let at = offset + length - 2; at >= offset; at -= 1) {
    const above = Math.floor(rest / 8);
    block[at] = 0x30 + (rest - above * 8);
    rest = above;
  }
  block[offset + length - 1] = 0;
}
