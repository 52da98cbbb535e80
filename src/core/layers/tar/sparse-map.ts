import type { PaxRecords } from './pax-records.ts';
import { tarError } from './tar-error.ts';
import { readNumber } from './tar-numbers.ts';

/** Where a stored piece of a sparse file belongs. */
export interface SparsePart {
  readonly offset: number;
  readonly length: number;
}

const mostParts = 1_000_000;

/** The map in a GNU `S` header or in one of its extension blocks: up to `count` pairs of numbers. */
export function readSparseParts(block: Uint8Array, start: number, count: number): SparsePart[] {
  const parts: SparsePart[] = [];
  for (let at = start; at < start + count * 24; at += 24) {
    if (block[at] === 0) break;
    parts.push({
      offset: readNumber(block, at, 12, 'sparse'),
      length: readNumber(block, at + 12, 12, 'sparse'),
    });
  }
  return parts;
}

/** The map in PAX records, formats 0.0 and 0.1: `offset,length,offset,length`. */
export function sparsePartsOf(records: PaxRecords): SparsePart[] {
  const text = records.get('GNU.sparse.map') ?? '';
  return pairUp(text === '' ? [] : text.split(',').map(decimal));
}

/**
 * The map of format 1.0, which begins the content: a count and pairs, a decimal a line, padded to 512 bytes.
 * Undefined: more bytes are needed.
 */
export function readLeadingMap(
  data: Uint8Array,
): { readonly parts: SparsePart[]; readonly usedBytes: number } | undefined {
  let at = 0;
  const next = (): number | undefined => {
    const end = data.indexOf(0x0a, at);
    if (end === -1) {
      if (data.length - at > 20) throw tarError('sparse map is not a number');
      return undefined;
    }
    const value = decimal(Buffer.from(data.subarray(at, end)).toString('latin1'));
    at = end + 1;
    return value;
  };
  const count = next();
  if (count === undefined) return undefined;
  if (count > mostParts) throw tarError('sparse map is too long');
  const numbers: number[] = [];
  while (numbers.length < count * 2) {
    const value = next();
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  const usedBytes = Math.ceil(at / 512) * 512;
  return usedBytes > data.length ? undefined : { parts: pairUp(numbers), usedBytes };
}

/** Refuses maps that run backwards, overlap, or leave the file; they are what a hostile archive has. */
export function checkSparseParts(parts: readonly SparsePart[], realBytes: number, storedBytes: number): void {
  let end = 0;
  let stored = 0;
  if (parts.length > mostParts) throw tarError('sparse map is too long');
  for (const part of parts) {
    if (part.offset < end || part.length < 0) throw tarError('sparse map is not in order');
    end = part.offset + part.length;
    stored += part.length;
  }
  if (end > realBytes || stored !== storedBytes) throw tarError('sparse map does not fit the file');
}

function pairUp(numbers: readonly number[]): SparsePart[] {
  if (numbers.length % 2 !== 0) throw tarError('sparse map has half a pair');
  const parts: SparsePart[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    parts.push({ offset: numbers[at] as number, length: numbers[at + 1] as number });
  }
  return parts;
}

function decimal(text: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw tarError('sparse map is not a number');
  return value;
}
