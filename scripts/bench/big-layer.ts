import { createHash, type Hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeTarHeader, tarEnd, tarPadding } from '../../src/core/layers/tar/encode-tar-header.ts';

/** A layer as a registry has it and as it is inside. Pieces, because one buffer would be the largest thing around. */
export interface LayerBytes {
  readonly plain: readonly Uint8Array[];
  readonly gzip: readonly Uint8Array[];
  /** `sha256:…` of the one and of the other. */
  readonly diffId: string;
  readonly digest: string;
  readonly plainBytes: number;
  readonly gzipBytes: number;
}

/** Gives the same files each time but for one, so that no layer is ever known to anybody. */
export type FreshLayer = () => LayerBytes;

/**
 * Makes a layer of so many files and bytes, as compressible as programs and libraries are (to about a third). The long
 * part is made and hashed once; what is fresh is a last small file, in a gzip member of its own.
 */
export function bigLayer(files: number, totalBytes: number, folder: string): FreshLayer {
  const pool = wordPool();
  const [plain, gzip]: [Buffer[], Buffer[]] = [[], []];
  const hashes = { plain: createHash('sha256'), gzip: createHash('sha256') };
  let block: Buffer[] = [];
  let blockBytes = 0;
  const flush = (): void => {
    const bytes = Buffer.concat(block);
    const packed = gzipSync(bytes);
    plain.push(bytes);
    gzip.push(packed);
    hashes.plain.update(bytes);
    hashes.gzip.update(packed);
    [block, blockBytes] = [[], 0];
  };
  const next = numbers(files);
  for (let at = 0; at < files; at += 1) {
    // From a few hundred bytes to several times the mean, as trees of programs have them.
    const length = Math.floor((totalBytes / files) * 2 * (next() / 2 ** 32) ** 2 * 1.5) + 1;
    const start = next() % (pool.length - length);
    const entry = fileEntry(
      `${folder}/${Math.floor(at / 100)}/file-${at}`,
      pool.subarray(start, start + length),
    );
    block.push(...entry);
    blockBytes += length + 1024;
    if (blockBytes > 4 * 1024 * 1024) flush();
  }
  flush();
  return () => {
    const tail = Buffer.concat([...fileEntry(`${folder}/fresh`, Buffer.from(crypto.randomUUID())), tarEnd()]);
    return together([plain, tail, hashes.plain], [gzip, gzipSync(tail), hashes.gzip]);
  };
}

type Part = readonly [pieces: readonly Buffer[], tail: Buffer, hash: Hash];

function together(plain: Part, gzip: Part): LayerBytes {
  const pieces = ([all, tail]: Part): readonly Buffer[] => [...all, tail];
  const digest = ([, tail, hash]: Part): string => `sha256:${hash.copy().update(tail).digest('hex')}`;
  const bytes = (part: Part): number => pieces(part).reduce((sum, { length }) => sum + length, 0);
  return {
    plain: pieces(plain),
    gzip: pieces(gzip),
    diffId: digest(plain),
    digest: digest(gzip),
    plainBytes: bytes(plain),
    gzipBytes: bytes(gzip),
  };
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
