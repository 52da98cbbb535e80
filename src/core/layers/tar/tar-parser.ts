import type { ByteString } from './byte-string.ts';
import { type PaxRecords, parsePaxRecords } from './pax-records.ts';
import {
  checkSparseParts,
  LeadingMap,
  readSparseParts,
  type SparsePart,
  sparsePartsOf,
} from './sparse-map.ts';
import type { TarEntry } from './tar-entry.ts';
import { tarError } from './tar-error.ts';
import { blockBytes, checkSum, entryOf, storedSize, typeFlag } from './tar-header.ts';
import { readNumber } from './tar-numbers.ts';

/**
 * What comes out of an archive, in order: an entry, its content in pieces, its end. `chunk` is a view into what was
 * fed: use it before feeding again. Holes of sparse files are skipped in `offset`.
 */
export type TarEvent =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly chunk: Uint8Array; readonly offset: number }
  | { readonly kind: 'end' };

/** Longest extended header, long name or sparse map we hold in memory. */
const mostMetaBytes = 4 * 1024 * 1024;

const noRecords: PaxRecords = new Map();

/** What the bytes that come next are. */
type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'meta'; readonly flag: string; readonly parts: Uint8Array[] }
  | { readonly kind: 'sparse-extension' }
  | { readonly kind: 'sparse-map'; readonly map: LeadingMap; usedBytes: number }
  | { readonly kind: 'content' }
  | { readonly kind: 'padding' }
  | { readonly kind: 'ended' };

/**
 * Reads a tar as it comes: ustar, PAX (global headers are skipped), GNU long names, base-256 numbers, sparse files.
 * Feed it chunks of any size; it asks for nothing and does no input or output.
 */
export class TarParser {
  #state: State = { kind: 'header' };
  #block = new Uint8Array(blockBytes);
  #blockFill = 0;
  /** Bytes left of what the state reads, and of the padding after it. */
  #left = 0;
  #padding = 0;
  #zeroBlocks = 0;
  #pax: PaxRecords = noRecords;
  #longPath: ByteString | undefined;
  #longLink: ByteString | undefined;
  #sparse: SparsePart[] | undefined;
  #sparseReal = 0;
  #sparseHeader: Uint8Array | undefined;
  #part = 0;
  #offset = 0;

  /** Throws `corrupt` / `bad-tar`; the parser is of no use then. */
  *feed(chunk: Uint8Array): Generator<TarEvent, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#state.kind) {
        case 'header':
        case 'sparse-extension': {
          const taken = this.#fillBlock(chunk, at);
          at += taken;
          if (this.#blockFill < blockBytes) break;
          this.#blockFill = 0;
          if (this.#state.kind === 'header') yield* this.#header();
          else yield* this.#sparseExtension();
          break;
        }
        case 'meta': {
          const piece = chunk.subarray(at, at + this.#left);
          this.#state.parts.push(new Uint8Array(piece));
          at += piece.length;
          this.#left -= piece.length;
          if (this.#left === 0) this.#metaDone(this.#state.flag, Buffer.concat(this.#state.parts));
          break;
        }
        case 'sparse-map':
          at += yield* this.#leadingMap(this.#state, chunk.subarray(at, at + this.#left));
          break;
        case 'content':
          at += yield* this.#content(chunk, at);
          break;
        case 'padding': {
          const skipped = Math.min(this.#padding, chunk.length - at);
          this.#padding -= skipped;
          at += skipped;
          if (this.#padding === 0) this.#state = { kind: 'header' };
          break;
        }
        case 'ended':
          return;
      }
    }
  }

  /**
   * Passes over what is left of an entry's content, and its padding: the bytes that need not be fed. Its `end` does not
   * come then.
   */
  skip(): number {
    if (this.#state.kind !== 'content' && this.#state.kind !== 'padding') return 0;
    const skipped = this.#left + this.#padding;
    this.#left = 0;
    this.#padding = 0;
    this.#state = { kind: 'header' };
    return skipped;
  }

  /** Call it at the end of the input. An archive may lack its end marks, but no entry its rest. */
  finish(): void {
    const clean = this.#state.kind === 'ended' || (this.#state.kind === 'header' && this.#blockFill === 0);
    // The last padding is missing in what some writers leave behind; nothing is lost by that.
    if (!clean && this.#state.kind !== 'padding') throw tarError('it ends in the middle of an entry');
    if (this.#pax !== noRecords || this.#longPath !== undefined || this.#longLink !== undefined)
      throw tarError('it ends after an extended header');
  }

  #fillBlock(chunk: Uint8Array, at: number): number {
    const taken = Math.min(blockBytes - this.#blockFill, chunk.length - at);
    this.#block.set(chunk.subarray(at, at + taken), this.#blockFill);
    this.#blockFill += taken;
    return taken;
  }

  *#header(): Generator<TarEvent, void, undefined> {
    const block = this.#block;
    if (block[0] === 0 && block.every((byte) => byte === 0)) {
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) this.#state = { kind: 'ended' };
      return;
    }
    if (this.#zeroBlocks > 0) throw tarError('an entry follows the end mark');
    checkSum(block);
    const flag = typeFlag(block);
    if ('xgXLKV'.includes(flag)) {
      this.#beginMeta(flag, readNumber(block, 124, 12, 'size'));
      return;
    }
    const size = storedSize(block, this.#pax);
    this.#left = size;
    this.#padding = paddingAfter(size);
    this.#offset = 0;
    this.#part = 0;
    this.#sparse = undefined;
    if (flag === 'S') {
      this.#sparse = readSparseParts(block, 386, 4);
      this.#sparseReal = readNumber(block, 483, 12, 'realsize');
      this.#sparseHeader = block.slice();
      if (block[482] !== 0) this.#state = { kind: 'sparse-extension' };
      else yield* this.#begin(block, size);
      return;
    }
    if (this.#pax.get('GNU.sparse.major') === '1') {
      this.#sparseReal = realSizeOf(this.#pax);
      this.#sparseHeader = block.slice();
      this.#state = { kind: 'sparse-map', map: new LeadingMap(), usedBytes: 0 };
      if (this.#left === 0) throw tarError('broken sparse map');
      return;
    }
    if (this.#pax.has('GNU.sparse.map')) {
      this.#sparse = sparsePartsOf(this.#pax);
      this.#sparseReal = realSizeOf(this.#pax);
    }
    yield* this.#begin(block, size);
  }

  *#sparseExtension(): Generator<TarEvent, void, undefined> {
    const sparse = this.#sparse as SparsePart[];
    for (const part of readSparseParts(this.#block, 0, 21)) sparse.push(part);
    if (sparse.length * 24 > mostMetaBytes) throw tarError('sparse map is too long');
    if (this.#block[504] !== 0) return;
    yield* this.#begin(this.#sparseHeader as Uint8Array, this.#left);
  }

  *#leadingMap(
    state: Extract<State, { kind: 'sparse-map' }>,
    piece: Uint8Array,
  ): Generator<TarEvent, number, undefined> {
    const { usedBytes, parts } = state.map.feed(piece);
    state.usedBytes += usedBytes;
    this.#left -= usedBytes;
    if (parts !== undefined) {
      this.#sparse = [...parts];
      yield* this.#begin(this.#sparseHeader as Uint8Array, this.#left);
    } else if (state.usedBytes > mostMetaBytes || this.#left === 0) {
      throw tarError('broken sparse map');
    }
    return usedBytes;
  }

  *#begin(block: Uint8Array, stored: number): Generator<TarEvent, void, undefined> {
    if (this.#sparse !== undefined) checkSparseParts(this.#sparse, this.#sparseReal, stored);
    const long = { path: this.#longPath, link: this.#longLink };
    const entry = entryOf(block, this.#pax, long, this.#sparse === undefined ? undefined : this.#sparseReal);
    this.#pax = noRecords;
    this.#longPath = undefined;
    this.#longLink = undefined;
    yield { kind: 'entry', entry };
    if (this.#left === 0) {
      yield { kind: 'end' };
      this.#state = this.#padding > 0 ? { kind: 'padding' } : { kind: 'header' };
      return;
    }
    this.#state = { kind: 'content' };
  }

  *#content(chunk: Uint8Array, at: number): Generator<TarEvent, number, undefined> {
    let length = Math.min(this.#left, chunk.length - at);
    let offset = this.#offset;
    const part = this.#sparse?.[this.#part];
    if (part !== undefined) {
      length = Math.min(length, part.length - this.#offset);
      offset += part.offset;
    }
    if (length > 0) yield { kind: 'data', chunk: chunk.subarray(at, at + length), offset };
    this.#offset += length;
    this.#left -= length;
    if (part !== undefined && this.#offset === part.length) {
      this.#part += 1;
      this.#offset = 0;
    }
    if (this.#left === 0) {
      yield { kind: 'end' };
      this.#state = this.#padding > 0 ? { kind: 'padding' } : { kind: 'header' };
    }
    return length;
  }

  #beginMeta(flag: string, size: number): void {
    if (size < 0 || size > mostMetaBytes) throw tarError('extended header is too long');
    this.#left = size;
    this.#padding = paddingAfter(size);
    this.#state = { kind: 'meta', flag, parts: [] };
    if (size === 0) this.#metaDone(flag, Buffer.alloc(0));
  }

  #metaDone(flag: string, data: Buffer): void {
    this.#state = this.#padding > 0 ? { kind: 'padding' } : { kind: 'header' };
    if (flag === 'x' || flag === 'X') this.#pax = parsePaxRecords(data);
    else if (flag === 'L') this.#longPath = untilNul(data);
    else if (flag === 'K') this.#longLink = untilNul(data);
  }
}

function paddingAfter(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

function realSizeOf(pax: PaxRecords): number {
  const text = pax.get('GNU.sparse.realsize') ?? pax.get('GNU.sparse.size') ?? '';
  const size = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw tarError('sparse file without size');
  return size;
}

function untilNul(data: Buffer): ByteString {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end === -1 ? data.length : end);
}
