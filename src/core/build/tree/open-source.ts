import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { isErrno } from '../../host/system-error.ts';
import type { TreeEntry } from './file-tree.ts';

/** An open file of a tree. */
export interface OpenSource extends Disposable {
  readonly fd: number;
}

/**
 * Opens a regular file of a tree for reading and makes sure that it is the very file that was listed: not a link or
 * another file put in its place meanwhile. Throws `conflict` / `source-changed`.
 */
export function openSource(entry: TreeEntry): OpenSource {
  let fd: number;
  try {
    fd = openSync(entry.hostPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO')) throw changed(entry);
    throw error;
  }
  if (!isSame(fstatSync(fd), entry.stats)) {
    closeSync(fd);
    throw changed(entry);
  }
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

/** To be called after reading: what was read is what was listed. Throws as {@link openSource}. */
export function assertUnchanged(source: OpenSource, entry: TreeEntry): void {
  if (!isSame(fstatSync(source.fd), entry.stats)) throw changed(entry);
}

function isSame(now: Stats, then: Stats): boolean {
  return (
    now.ino === then.ino &&
    now.dev === then.dev &&
    now.size === then.size &&
    now.mtimeMs === then.mtimeMs &&
    now.ctimeMs === then.ctimeMs
  );
}

function changed(entry: TreeEntry): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'source-changed',
    message: `${entry.path === '' ? 'a source' : entry.path} changed while it was being read`,
    hint: 'build again once nothing writes to it, or name it in .dockerignore',
    details: { path: entry.path },
  });
}
