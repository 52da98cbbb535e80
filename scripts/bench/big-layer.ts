import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeTarHeader, tarEnd, tarPadding } from '../../src/core/layers/tar/encode-tar-header.ts';

/** Bytes in pieces, because one buffer would be the largest thing around, with their digest (`sha256:…`). */
export interface Pieces {
  readonly pieces: readonly Uint8Array[];
  readonly digest: string;
  readonly sizeBytes: number;
}

/** A layer as it is inside, and as a registry has it. */
export interface LayerBytes {
  readonly plain: Pieces;
  gzip(): Promise<Pieces>;
}

/** Gives the same files each time but for one, so that no layer is ever known to anybody. */
export type FreshLayer = () => LayerBytes;

/**
 * Makes a layer of so many files and bytes, as compressible as programs and libraries are (to about a third). The long
 * part is made, compressed and hashed once; what is fresh is a last small file, in a gzip member of its own.
 */
export function bigLayer(files: number, totalBytes: number, folder: string): FreshLayer {
  const plain = hashed(manyFiles(files, totalBytes, folder));
  let packed: Promise<Hashed> | undefined;
  return () => {
    const tail = Buffer.concat([...fileEntry(`${folder}/fresh`, Buffer.from(crypto.randomUUID())), tarEnd()]);
    return {
      plain: withTail(plain, tail),
      async gzip() {
        packed ??= Promise.all(plain.pieces.map((piece) => compress(piece))).then(hashed);
        return withTail(await packed, await compress(tail));
      },
    };
  };
}

const compress = promisify<Uint8Array, Buffer>(gzip);

interface Hashed {
  readonly pieces: readonly Uint8Array[];
  readonly hash: Hash;
}

function hashed(pieces: readonly Uint8Array[]): Hashed {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return { pieces, hash };
}

function withTail({ pieces, hash }: Hashed, tail: Uint8Array): Pieces {
  const all = [...pieces, tail];
  return {
    pieces: all,
    digest: `sha256:${hash.copy().update(tail).digest('hex')}`,
    sizeBytes: all.reduce((sum, { length }) => sum + length, 0),
  };
}

const blockBytes = 4 * 1024 * 1024;

function manyFiles(files: number, totalBytes: number, folder: string): readonly Uint8Array[] {
  const pool = wordPool();
  const next = numbers(files);
  const blocks: Buffer[] = [];
  let block: Buffer[] = [];
  let filled = 0;
  for (let at = 0; at < files; at += 1) {
    // From a few bytes to three times the mean, as trees of programs have them.
    const length = Math.floor((totalBytes / files) * 3 * (next() / 2 ** 32) ** 2) + 1;
    const start = next() % (pool.length - length);
    const path = `${folder}/${Math.floor(at / 100)}/file-${at}`;
    block.push(...fileEntry(path, pool.subarray(start, start + length)));
    filled += length;
    if (filled < blockBytes && at < files - 1) continue;
    blocks.push(Buffer.concat(block));
    [block, filled] = [[], 0];
  }
  return blocks;
}

function fileEntry(path: string, content: Buffer): Buffer[] {
  return [tarHeader(path, content.length), content, tarPadding(content.length)];
}

export function tarHeader(path: string, sizeBytes: number): Buffer {
  return encodeTarHeader({
    type: 'file',
    path,
    linkPath: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes,
    mtimeSeconds: 1_700_000_000,
    mtimeNanoseconds: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: new Map(),
  });
}

/** Half words, half noise: gzip makes about a third of it. */
function wordPool(): Buffer {
  const next = numbers(1);
  const pool = Buffer.alloc(8 * 1024 * 1024);
  for (let at = 0; at < pool.length - 64; ) {
    const value = next();
    if (value % 4 === 0) {
      pool.writeUInt32LE(next(), at);
      at += 4;
    } else {
      at += pool.write(`${words[value % words.length]} `, at, 'latin1');
    }
  }
  return pool;
}

const words =
  'the of and push rax mov call ret function return value error string size_t static const int'.split(' ');

/** The same numbers each time (xorshift). */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
