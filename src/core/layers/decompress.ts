import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { GantryError } from '../../base/gantry-error.ts';
import { filterThrough } from '../host/filter-program.ts';
import { type Compression, detectCompression, magicBytes } from './compression.ts';
import { defaultLimits } from './default-limits.ts';
import { layerLimitError } from './layer-error.ts';
import type { OutputRoom } from './output-room.ts';
import { syncInflater } from './sync-inflate.ts';

export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface DecompressOptions {
  /** Plain bytes ÷ compressed, looked at after the first 64 MiB; beyond it is `corrupt` / `layer-limit`. */
  readonly ratio: number;
  /** Where pieces are put that are made here; those of a plain source, or of another program, come as they are. */
  readonly room?: OutputRoom | undefined;
}

const ratioFreeBytes = 64 * 1024 * 1024;

/**
 * The plain bytes of a source that may be compressed, seen by its first bytes. A piece is good until the next one is
 * asked for. Throws `corrupt` / `bad-compression`.
 *
 * xz and bzip2 are the host's programs: Node has neither, packages for them are old, slow or without types, and every
 * host that has such archives has the programs.
 */
export async function* decompress(
  source: ByteSource,
  { ratio, room }: DecompressOptions = defaultLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  let takenBytes = 0;
  const counted = (async function* () {
    for await (const chunk of source) {
      takenBytes += chunk.length;
      yield chunk;
    }
  })();
  const { kind, rest } = await detectSource(counted);
  let plainBytes = 0;
  try {
    for await (const piece of kind === 'none' ? rest : inflate(rest, kind, room)) {
      plainBytes += piece.length;
      if (plainBytes > ratioFreeBytes && plainBytes > ratio * takenBytes) {
        throw layerLimitError('unpacked size compared with the compressed one', ratio);
      }
      yield piece;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(?:Z_|ZSTD_|ERR_|filter-failed$)/.test(code)) throw error;
    throw new GantryError({
      kind: 'corrupt',
      code: 'bad-compression',
      message: `invalid ${kind} data: ${(error as Error).message}`,
      cause: error,
    });
  }
}

function inflate(
  source: AsyncGenerator<Uint8Array>,
  kind: Exclude<Compression, 'none'>,
  room: OutputRoom | undefined,
): AsyncGenerator<Uint8Array> {
  if (kind === 'xz') {
    const args = ['--decompress', '--stdout', '--format=xz', '--memlimit-decompress=512MiB'];
    return filterThrough(source, { program: 'xz', args, packageName: 'xz-utils' });
  }
  if (kind === 'bzip2') {
    return filterThrough(source, {
      program: 'bzip2',
      args: ['--decompress', '--stdout'],
      packageName: 'bzip2',
    });
  }
  return inflateSync(source, kind, room) ?? inflateByStream(source, kind);
}

/** Undefined where this Node does not allow it. */
function inflateSync(
  source: ByteSource,
  kind: 'gzip' | 'zstd',
  room: OutputRoom | undefined,
): AsyncGenerator<Uint8Array> | undefined {
  const inflater = syncInflater(kind, room);
  if (inflater === undefined) return undefined;
  return (async function* () {
    for await (const chunk of source) yield* inflater.write(chunk);
    yield* inflater.finish();
  })();
}

/** The same through Node's streams. */
export async function* inflateByStream(
  source: ByteSource,
  kind: 'gzip' | 'zstd',
): AsyncGenerator<Uint8Array> {
  const decoder =
    kind === 'gzip'
      ? createGunzip({ chunkSize: 256 * 1024 })
      : createZstdDecompress({ chunkSize: 256 * 1024 });
  yield* Readable.from(copies(source)).compose(decoder) as AsyncIterable<Uint8Array>;
}

/** Streams hold several chunks at once; those of a source may share one buffer. */
async function* copies(source: ByteSource): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

/** How the source is compressed, and the whole source. */
export async function detectSource(
  source: ByteSource,
): Promise<{ readonly kind: Compression; readonly rest: AsyncGenerator<Uint8Array> }> {
  const iterator = iterate(source);
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  while (heldBytes < magicBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    held.push(new Uint8Array(next.value));
    heldBytes += next.value.length;
  }
  return { kind: detectCompression(Buffer.concat(held)), rest: chain(held, iterator) };
}

async function* iterate(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield* source;
}

async function* chain(
  held: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* held;
  yield* rest;
}
