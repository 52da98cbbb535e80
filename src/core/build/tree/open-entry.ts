import { closeSync, constants, openSync } from 'node:fs';
import { linkTarget } from '../../host/folder-names.ts';
import { openWithoutLinks } from '../../host/open-in-root.ts';
import { pathBytes, pathText } from '../../host/path-text.ts';
import { readOpenLink } from '../../host/read-open-link.ts';
import { placeFlag } from '../../layers/held-folder.ts';
import type { TreeEntry } from './file-tree.ts';

/** Where something lies, and whether others may write there. */
export type EntryPlace = Pick<TreeEntry, 'hostPath' | 'isExposed'>;

/** Opens nothing but the place of something, and that of a link itself. */
export const placeItself = placeFlag | constants.O_NOFOLLOW;

/**
 * Opens something of a tree, never what a link leads to; a link itself with {@link placeItself}. The whole path of what is
 * exposed was looked at long ago: a link that has come into it since may lead anywhere on this machine, and is `ELOOP`.
 * Returns a descriptor. Throws the system error.
 */
export function openEntry({ hostPath, isExposed }: EntryPlace, flags: number): number {
  const path = pathBytes(hostPath);
  return isExposed === true ? openWithoutLinks(path, flags) : openSync(path, flags | constants.O_NOFOLLOW);
}

/** Where a symbolic link of a tree leads, as `pathText`. Throws the system error: `EINVAL`, it is none. */
export function entryLink(entry: EntryPlace): string {
  if (entry.isExposed !== true) return linkTarget(entry.hostPath);
  return withEntry(entry, placeItself, (fd) => pathText(Buffer.from(readOpenLink(fd))));
}

/** Calls `use` with a descriptor that is closed after it. */
export function withEntry<Result>(entry: EntryPlace, flags: number, use: (fd: number) => Result): Result {
  const fd = openEntry(entry, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
