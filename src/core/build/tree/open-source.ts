import { type BigIntStats, closeSync, constants, fstatSync, lstatSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { type FileTime, fileTime } from '../../host/file-times.ts';
import { pathBytes } from '../../host/path-text.ts';
import { isErrno } from '../../host/system-error.ts';
import type { EntryStats, TreeEntry } from './file-tree.ts';
import { openEntry, placeItself, withEntry } from './open-entry.ts';

/** What a second look at something that was listed has seen. */
export interface SecondLook {
  readonly modified: FileTime;
  /** It is the very thing that was listed, and nobody has written to it since. */
  readonly isAsListed: boolean;
}

/** What a file has to be known by. */
export interface SourceFile extends Pick<TreeEntry, 'path' | 'hostPath' | 'isExposed'> {
  readonly stats: Pick<EntryStats, 'ino' | 'dev' | 'size' | 'mtimeMs' | 'ctimeMs'>;
}

/** An open regular file of a tree. */
export interface OpenSource extends Disposable {
  readonly fd: number;
  /** To be asked after reading. */
  look(): SecondLook;
}

/**
 * Opens a regular file of a tree for reading; it may have been written to or replaced since it was listed. Throws
 * `conflict` / `source-changed` when there is no regular file any more: see {@link isSourceGone}.
 */
export function openSource(entry: SourceFile): OpenSource {
  let fd: number;
  try {
    fd = openEntry(entry, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw sourceGone(entry);
    if (isErrno(error, 'ELOOP', 'ENXIO')) throw sourceChanged(entry);
    throw error;
  }
  if (!fstatSync(fd).isFile()) {
    closeSync(fd);
    throw sourceChanged(entry);
  }
  return {
    fd,
    look: () => secondLook(fstatSync(fd, { bigint: true }), entry.stats),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** Undefined: it is gone. Throws `conflict` / `source-changed` when a link has come into its way. */
export function lookAgain(entry: TreeEntry): SecondLook | undefined {
  const now = statsNow(entry);
  return now === undefined ? undefined : secondLook(now, entry.stats);
}

function statsNow(entry: TreeEntry): BigIntStats | undefined {
  if (entry.isExposed !== true) {
    return lstatSync(pathBytes(entry.hostPath), { bigint: true, throwIfNoEntry: false });
  }
  try {
    return withEntry(entry, placeItself, (fd) => fstatSync(fd, { bigint: true }));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw isErrno(error, 'ELOOP') ? sourceChanged(entry) : error;
  }
}

function secondLook(now: BigIntStats, then: SourceFile['stats']): SecondLook {
  const modified = fileTime(now.mtimeNs);
  const isAsListed =
    Number(now.ino) === then.ino &&
    Number(now.dev) === then.dev &&
    Number(now.size) === then.size &&
    milliseconds(modified) === then.mtimeMs &&
    milliseconds(fileTime(now.ctimeNs)) === then.ctimeMs;
  return { modified, isAsListed };
}

/** As Node counts them in a `Stats`. */
function milliseconds({ seconds, nanoseconds }: FileTime): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Whether two looks at a file saw the same file with the same content. */
export function isSameContent(now: EntryStats, then: EntryStats): boolean {
  return (
    now.ino === then.ino &&
    now.dev === then.dev &&
    now.size === then.size &&
    now.mtimeMs === then.mtimeMs &&
    now.ctimeMs === then.ctimeMs
  );
}

export function sourceChanged(entry: Pick<TreeEntry, 'path'>): GantryError {
  return changed(entry, {});
}

/** Somebody has removed it since it was listed. */
export function sourceGone(entry: Pick<TreeEntry, 'path'>): GantryError {
  return changed(entry, { gone: true });
}

/** Whether a source is to blame, not where it goes. */
export function isSourceFault(error: unknown): boolean {
  return error instanceof GantryError && error.code === 'source-changed';
}

export function isSourceGone(error: unknown): boolean {
  return error instanceof GantryError && error.code === 'source-changed' && error.details?.['gone'] === true;
}

function changed({ path }: Pick<TreeEntry, 'path'>, details: Readonly<Record<string, unknown>>): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'source-changed',
    message: `${path === '' ? 'a source' : path} changed while it was being read`,
    hint: 'build again once nothing writes to it, or name it in .dockerignore',
    details: { path, ...details },
  });
}
