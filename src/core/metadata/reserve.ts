import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { freeSpace } from '../host/free-space.ts';
import { lookAt } from '../host/look-at.ts';

/*
 * Space held beside the database for the day the disk is full: whoever removes something then has to write that down
 * first, and without it could not. What adds something gets none of it.
 */

const reserveBytes = 1024 * 1024;
/** Below that somebody else needs it more. */
const plentyBytes = 64 * reserveBytes;

function pathOf(database: string): string {
  return `${database}.reserve`;
}

/** Sets space aside, unless it is or there is little. */
export function holdReserve(database: string): void {
  const path = pathOf(database);
  try {
    if (lookAt(path) !== undefined || freeSpace(dirname(database)).freeBytes < plentyBytes) return;
    writeFileSync(path, noise(), { mode: 0o600, flag: 'wx' });
  } catch {
    // No reserve then: all else goes on.
  }
}

/** Before something is removed: gives the space back to a disk that is full. */
export function makeRoom(database: string): void {
  if (isDiskFull(database)) giveReserveBack(database);
}

/** Frees the space set aside; {@link holdReserve} sets it aside again. */
export function giveReserveBack(database: string): void {
  rmSync(pathOf(database), { force: true });
}

/** Whether the disk is full, as far as a database can tell. */
export function isDiskFull(database: string): boolean {
  try {
    return freeSpace(dirname(database)).freeBytes < 64 * 1024;
  } catch {
    return false;
  }
}

/** File systems that compress would make nothing of zeros. */
function noise(): Buffer {
  const bytes = Buffer.alloc(reserveBytes);
  const fd = openSync('/dev/urandom', 'r');
  try {
    readSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
  return bytes;
}
