import { chmodSync, closeSync, constants, fchmodSync, openSync } from 'node:fs';
import { setFileTimes } from '../host/file-times.ts';
import { giveOpenOwner, giveOwner } from '../host/give-owner.ts';
import { isErrno } from '../host/system-error.ts';
import { setXattr } from '../host/xattrs.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';

/**
 * `as-they-were`: owners, set-user-ID bits and attributes are kept. `caller`: everything is its maker's own and gives
 * nobody rights; for what comes out of a container.
 */
export type EntryRights = 'as-they-were' | 'caller';

/**
 * Gives an open file the owner, attributes, mode and times of its entry, through the descriptor but for attributes.
 * Owners come first: changing them takes capabilities and set-user-ID away.
 */
export function describeOpenFile(
  fd: number,
  at: string | Buffer,
  entry: TarEntry,
  rights: EntryRights,
): void {
  if (rights === 'as-they-were') giveOpenOwner(fd, entry.uid, entry.gid);
  setXattrs(at, entry, rights);
  fchmodSync(fd, modeOf(entry, rights));
  setFileTimes(at, times(entry));
}

/** The same for what is at a path, links included, which have neither mode nor attributes. */
export function describeEntry(at: string | Buffer, entry: TarEntry, rights: EntryRights): void {
  if (rights === 'as-they-were') giveOwner(at, entry.uid, entry.gid);
  if (entry.type !== 'symlink') {
    setXattrs(at, entry, rights);
    chmodNoFollow(at, modeOf(entry, rights));
  }
  setFileTimes(at, times(entry));
}

function modeOf({ mode }: TarEntry, rights: EntryRights): number {
  return rights === 'as-they-were' ? mode : mode & 0o1777;
}

function setXattrs(at: string | Buffer, entry: TarEntry, rights: EntryRights): void {
  if (rights === 'caller') return;
  for (const [name, value] of entry.xattrs) {
    try {
      setXattr(at, name, Buffer.from(value, 'latin1'));
    } catch (error) {
      if (!isErrno(error, 'EOPNOTSUPP', 'ENOTSUP')) throw error;
    }
  }
}

/** Through a descriptor of the very thing, or a link put in its place would be followed. */
function chmodNoFollow(at: string | Buffer, mode: number): void {
  const placeOnly = 0o10000000;
  const fd = openSync(at, placeOnly | constants.O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${fd}`, mode);
  } finally {
    closeSync(fd);
  }
}

function times({ mtimeSeconds, mtimeNanoseconds }: TarEntry) {
  const time = { seconds: mtimeSeconds, nanoseconds: mtimeNanoseconds };
  return { accessed: time, modified: time };
}
