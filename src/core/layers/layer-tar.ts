import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { LayerFolder } from './layer-io.ts';
import { scanChanges } from './scan-changes.ts';
import { type ScannedEntry, scanLayer } from './scan-layer.ts';
import { pathOf } from './tar/byte-string.ts';
import { encodeTarHeader, tarEnd, tarPadding } from './tar/encode-tar-header.ts';

/**
 * A layer's folder as the bytes of a layer's tar, in blocks of the length `newBlock` gives (the last one
 * shorter). A block belongs to the caller until it asks for the next; `newBlock` may give the same one again.
 */
export function* layerTar(folder: LayerFolder, newBlock: () => Buffer): Generator<Buffer, void, undefined> {
  let block = newBlock();
  let fill = 0;

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
    if (source === undefined || entry.sizeBytes === 0) return;
    const fd = openSync(pathOf(source), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (let left = entry.sizeBytes; left > 0; ) {
        const wanted = Math.min(left, block.length - fill);
        const got = readSync(fd, block, fill, wanted, null);
        if (got === 0) block.fill(0, fill, fill + wanted);
        const length = got === 0 ? wanted : got;
        left -= length;
        yield* advance(length);
      }
    } finally {
      closeSync(fd);
    }
    yield* put(tarPadding(entry.sizeBytes));
  }

  const { layerDir, baseDir } = folder;
  for (const scanned of baseDir === undefined ? scanLayer(layerDir) : scanChanges(layerDir, baseDir)) {
    yield* put(encodeTarHeader(scanned.entry));
    yield* putFile(scanned);
  }
  yield* put(tarEnd());
  if (fill > 0) yield block.subarray(0, fill);
}
