import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { setOpenFileTimes } from '../../host/file-times.ts';
import { giveOpenOwner } from '../../host/give-owner.ts';
import { pathBytes } from '../../host/path-text.ts';
import type { FileContent } from './file-digest.ts';
import type { TreeEntry } from './file-tree.ts';
import { type OpenSource, openSource, type SecondLook, sourceChanged } from './open-source.ts';
import { readChunks } from './read-chunks.ts';

/** Up to this a file goes through a buffer. */
export const smallBytes = 128 * 1024;
const scratch = Buffer.allocUnsafe(smallBytes);
/** Above this the thread pool copies, and the thread stays free. */
const largeBytes = 1 << 20;

export interface SmallCopy {
  readonly sizeBytes: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/**
 * One open file each, everything set through it: most files of a context are like this. Times are those of the source as
 * it was after reading.
 */
export function copySmall(opened: OpenSource, target: string, copy: SmallCopy): SecondLook {
  const { uid, gid, mode } = copy;
  const fd = openSync(pathBytes(target), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    for (let position = 0; position < copy.sizeBytes; ) {
      const count = readSync(opened.fd, scratch, 0, scratch.length, position);
      if (count === 0) break;
      writeAll(fd, scratch.subarray(0, count));
      position += count;
    }
    const made = fstatSync(fd);
    const isOwned = made.uid === uid && made.gid === gid;
    if (!isOwned) giveOpenOwner(fd, uid, gid);
    // After the owner: a change of that takes setuid away.
    if (!isOwned || (made.mode & 0o7777) !== mode) fchmodSync(fd, mode);
    const look = opened.look();
    setOpenFileTimes(fd, { accessed: look.modified, modified: look.modified });
    return look;
  } finally {
    closeSync(fd);
  }
}

/** Copies the content alone. */
export async function copyContent(
  opened: OpenSource,
  target: string,
  sizeBytes: number,
): Promise<SecondLook> {
  const path = `/proc/self/fd/${opened.fd}`;
  const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
  if (sizeBytes > largeBytes) await copyFile(path, pathBytes(target), flags);
  else copyFileSync(path, pathBytes(target), flags);
  return opened.look();
}

/**
 * Copies of a file that is being written to what it is known to have held, if it still does. Throws `conflict` /
 * `source-changed`.
 */
export async function copyAsKnown(
  source: TreeEntry,
  target: string,
  known: FileContent | undefined,
): Promise<SecondLook> {
  if (known === undefined) throw sourceChanged(source);
  using opened = openSource(source);
  const state = createHash('sha256');
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const fd = openSync(pathBytes(target), flags, 0o600);
  try {
    for await (const chunk of readChunks(opened.fd, { sizeBytes: known.sizeBytes })) {
      state.update(chunk);
      writeAll(fd, chunk);
    }
  } finally {
    closeSync(fd);
  }
  if (state.digest('hex') !== known.digest) throw sourceChanged(source);
  return opened.look();
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
