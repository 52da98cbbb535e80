import { closeSync, constants, openSync, readSync } from 'node:fs';
import { isErrno } from '../host/system-error.ts';
import type { LayerFolder } from './layer-io.ts';
import { scanChanges } from './scan-changes.ts';
import { type ScannedEntry, type ScanWatcher, scanLayer } from './scan-layer.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import { encodeTarHeader, tarEnd, tarPadding } from './tar/encode-tar-header.ts';

/**
 * A layer's folder as the bytes of a layer's tar; blocks as {@link tarOf} gives them. `watcher` follows where the
 * folder has the layer's own files alone.
 */
export function layerTar(
  { layerDir, baseDir }: LayerFolder,
  newBlock: () => Buffer,
  watcher?: ScanWatcher,
): Generator<Buffer, void, undefined> {
  return tarOf(
    baseDir === undefined ? scanLayer(layerDir, watcher) : scanChanges(layerDir, baseDir),
    newBlock,
  );
}

/**
 * Entries as a tar, in blocks of the length `newBlock` gives (the last one shorter). A block belongs to the caller
 * until it asks for the next; `newBlock` may give the same one again. The next entry is asked for when the one before
 * has been read. `mayVanish`: a file that is gone by the time it is read is left out.
 */
export function* tarOf(
  entries: Iterable<ScannedEntry>,
  newBlock: () => Buffer,
  { mayVanish = false }: { readonly mayVanish?: boolean } = {},
): Generator<Buffer, void, undefined> {
  let block = newBlock();
  let fill = 0;

  /** Most of what is put fits, and needs no generator. */
  function fits(bytes: Buffer): boolean {
    if (bytes.length >= block.length - fill) return false;
    fill += bytes.copy(block, fill);
    return true;
  }

  function* put(bytes: Buffer): Generator<Buffer, void, undefined> {
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.copy(block, fill, at);
      at += taken;
      yield* advance(taken);
    }
  }

  function* advance(bytes: number): Generator<Buffer, void, undefined> {
    fill += bytes;
    if (fill < block.length) return;
    yield block;
    block = newBlock();
    fill = 0;
  }

  /** Exactly as many bytes as the header said, whatever a living container does to the file meanwhile. */
  function* putFile({ entry, source }: ScannedEntry): Generator<Buffer, void, undefined> {
    const fd = source === undefined || entry.sizeBytes === 0 ? undefined : openContent(source, mayVanish);
    if (fd === 'gone') return;
    try {
      const header = encodeTarHeader(entry);
      if (!fits(header)) yield* put(header);
      if (fd === undefined) return;
      for (let left = entry.sizeBytes; left > 0; ) {
        const wanted = Math.min(left, block.length - fill);
        const got = readSync(fd, block, fill, wanted, null);
        if (got === 0) block.fill(0, fill, fill + wanted);
        const length = got === 0 ? wanted : got;
        left -= length;
        if (fill + length < block.length) fill += length;
        else yield* advance(length);
      }
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
    const padding = tarPadding(entry.sizeBytes);
    if (!fits(padding)) yield* put(padding);
  }

  for (const scanned of entries) {
    yield* putFile(scanned);
  }
  yield* put(tarEnd());
  if (fill > 0) yield block.subarray(0, fill);
}

function openContent(source: ByteString, mayVanish: boolean): number | 'gone' {
  try {
    return openSync(pathOf(source), contentFlags);
  } catch (error) {
    if (mayVanish && isErrno(error, 'ENOENT', 'ELOOP', 'ENXIO', 'ESTALE')) return 'gone';
    throw error;
  }
}

/** Neither a link nor a pipe that came in the file's place leads away or makes us wait. */
export const contentFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
