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
 * The map of format 1.0, which begins the content: a count and pairs, a decimal a line, padded to 512 bytes. Fed in
 * pieces of any size; each byte is looked at once, so that a map that comes by the byte costs no more than another.
 */
export class LeadingMap {
  #count: number | undefined;
  #digits = '';
  #usedBytes = 0;
  readonly #numbers: number[] = [];

  /** How many bytes of the piece belong to the map. `parts` is there when it is whole, with its padding. */
  feed(data: Uint8Array): { readonly usedBytes: number; readonly parts: readonly SparsePart[] | undefined } {
    let at = 0;
    while (!this.#hasAll && at < data.length) {
      const byte = data[at] as number;
      at += 1;
      if (byte !== 0x0a) {
        this.#digits += String.fromCharCode(byte);
        if (this.#digits.length > 20) throw tarError('sparse map is not a number');
        continue;
      }
      const value = decimal(this.#digits);
      this.#digits = '';
      if (this.#count !== undefined) this.#numbers.push(value);
      else if (value > mostParts) throw tarError('sparse map is too long');
      else this.#count = value;
    }
    if (this.#hasAll) at += Math.min((512 - ((this.#usedBytes + at) % 512)) % 512, data.length - at);
    this.#usedBytes += at;
    const isWhole = this.#hasAll && this.#usedBytes % 512 === 0;
    return { usedBytes: at, parts: isWhole ? pairUp(this.#numbers) : undefined };
  }

  get #hasAll(): boolean {
    return this.#count !== undefined && this.#numbers.length === 2 * this.#count;
  }
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
