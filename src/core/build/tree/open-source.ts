import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { isErrno } from '../../host/system-error.ts';
import type { TreeEntry } from './file-tree.ts';

/** An open regular file of a tree. */
export interface OpenSource extends Disposable {
  readonly fd: number;
  /** It is the very file that was listed, and nobody has written to it since. To be asked after reading. */
  isAsListed(): boolean;
}

/**
 * Opens a regular file of a tree for reading; it may have been written to or replaced since it was listed. Throws
 * `conflict` / `source-changed` when there is no regular file any more.
 */
export function openSource(entry: TreeEntry): OpenSource {
  let fd: number;
  try {
    fd = openSync(entry.hostPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO')) throw sourceChanged(entry);
    throw error;
  }
  if (!fstatSync(fd).isFile()) {
    closeSync(fd);
    throw sourceChanged(entry);
  }
  return {
    fd,
    isAsListed: () => isSameContent(fstatSync(fd), entry.stats),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** Whether two looks at a file saw the same file with the same content. */
export function isSameContent(now: Stats, then: Stats): boolean {
  return (
    now.ino === then.ino &&
    now.dev === then.dev &&
    now.size === then.size &&
    now.mtimeMs === then.mtimeMs &&
    now.ctimeMs === then.ctimeMs
  );
}

export function sourceChanged(entry: Pick<TreeEntry, 'path'>): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'source-changed',
    message: `${entry.path === '' ? 'a source' : entry.path} changed while it was being read`,
    hint: 'build again once nothing writes to it, or name it in .dockerignore',
    details: { path: entry.path },
  });
}
