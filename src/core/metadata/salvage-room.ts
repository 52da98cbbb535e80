import { dirname } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import { freeSpace } from '../host/free-space.ts';
import { isErrno } from '../host/system-error.ts';
import { databaseError } from './database-error.ts';
import { giveReserveBack, isDiskFull } from './reserve.ts';

const megabyte = 1024 * 1024;

/**
 * Runs the work that makes a database anew if its disk has room for it, in bytes; a database that is read on a full
 * disk looks as if nothing were in it. Throws `io` / `no-space`, also when the room goes meanwhile.
 */
export function withRoom<T>(path: string, neededBytes: number, work: () => T): T {
  const freeBytes = (): number => freeSpace(dirname(path)).freeBytes;
  if (freeBytes() < neededBytes) giveReserveBack(path);
  if (freeBytes() < neededBytes) throw noRoom(path, neededBytes, freeBytes());
  try {
    return work();
  } catch (error) {
    const isFull = isErrno(error, 'ENOSPC', 'EDQUOT') || isErrorCode(databaseError(error, path), 'no-space');
    throw isFull ? noRoom(path, neededBytes, freeBytes(), error) : error;
  }
}

/** Between two steps: throws as the file system would. */
export function requireRoom(path: string): void {
  if (isDiskFull(path)) throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
}

function noRoom(path: string, neededBytes: number, freeBytes: number, cause?: unknown): GantryError {
  const needed = Math.ceil(neededBytes / megabyte);
  const free = Math.floor(freeBytes / megabyte);
  return new GantryError({
    kind: 'io',
    code: 'no-space',
    message: `making ${path} anew needs about ${needed} MB free on its disk, where ${free} MB are: nothing was touched, make room and mend again`,
    details: { path, neededBytes, freeBytes },
    cause,
  });
}
