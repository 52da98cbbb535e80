import { type BigIntStats, lstatSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { getXattr } from '../host/xattrs.ts';
import { namesIn } from '../layers/scan-layer.ts';
import { type ByteString, byteString, pathOf } from '../layers/tar/byte-string.ts';
import { opaqueXattr } from '../layers/whiteout.ts';

/** A file of an image, and where it really lies. */
export interface MergedFile {
  readonly full: ByteString;
  readonly stat: BigIntStats;
}

const filesATurn = 2000;

/**
 * All files of a stack of layers as a mounted overlay would show them, by path without a leading slash; nothing is
 * mounted, no link followed. Lets other work in between now and then.
 *
 * @param layers their folders, top first.
 */
export async function mergedTree(
  layers: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<ByteString, MergedFile>> {
  const files = new Map<ByteString, MergedFile>();
  const pending: { readonly path: ByteString; readonly folders: readonly ByteString[] }[] = [
    { path: '', folders: layers.map(byteString) },
  ];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [name, found] of mergeFolder(next.folders)) {
      if (++seen % filesATurn === 0) {
        signal?.throwIfAborted();
        await turn();
      }
      const path = next.path === '' ? name : `${next.path}/${name}`;
      files.set(path, found.file);
      if (found.folders.length > 0) pending.push({ path, folders: found.folders });
    }
  }
  return files;
}

interface Found {
  readonly file: MergedFile;
  /** Where its content lies, top first; empty for what is no folder. */
  readonly folders: ByteString[];
  /** Nothing further below belongs to it. */
  isClosed: boolean;
}

/** One folder that lies in several layers. */
function mergeFolder(folders: readonly ByteString[]): ReadonlyMap<ByteString, Found> {
  const found = new Map<ByteString, Found>();
  const deleted = new Set<ByteString>();
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const full = `${folder}/${name}`;
      const known = found.get(name);
      if (known?.isClosed === true || deleted.has(name)) continue;
      const stat = lstatSync(pathOf(full), { bigint: true });
      if (known !== undefined) {
        if (stat.isDirectory()) known.folders.push(full);
        known.isClosed = !stat.isDirectory() || isOpaque(full);
      } else if (stat.isCharacterDevice() && stat.rdev === 0n) {
        deleted.add(name);
      } else {
        const isFolder = stat.isDirectory();
        const isClosed = !isFolder || isOpaque(full);
        found.set(name, { file: { full, stat }, folders: isFolder ? [full] : [], isClosed });
      }
    }
  }
  return found;
}

function isOpaque(folder: ByteString): boolean {
  const value = getXattr(pathOf(folder), opaqueXattr);
  return value !== undefined && Buffer.from(value).toString() === 'y';
}
