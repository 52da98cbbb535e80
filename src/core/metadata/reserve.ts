import { closeSync, openSync, readSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isErrorCode } from '../../base/is-error-code.ts';
import { freeSpace } from '../host/free-space.ts';
import { lookAt } from '../host/look-at.ts';
import { isErrno } from '../host/system-error.ts';

/*
 * Space held beside the database for the day the disk is full: whoever removes something then has to write that down
 * first, and without it could not. What adds something gets none of it.
 */

const reserveBytes = 1024 * 1024;
/** Some of the largest transactions. */
const probeBytes = 64 * 1024;
/** What a few of them may take. */
const spentBytes = 256 * 1024;
/** Below that somebody else needs it more. */
const plentyBytes = 4 * reserveBytes;

function pathOf(database: string): string {
  return `${database}.reserve`;
}

/** For when nobody is there to take it from us: containers may have eaten the other. */
function lastPathOf(database: string): string {
  return `${database}.last-reserve`;
}

/** Sets space aside, unless it is or there is little. */
export function holdReserve(database: string): void {
  hold(database, pathOf(database));
  hold(database, lastPathOf(database));
}

function hold(database: string, path: string): void {
  try {
    const held = lookAt(path);
    if (held !== undefined && (!held.isFile() || held.size >= reserveBytes)) return;
    if (freeSpace(dirname(database)).freeBytes < plentyBytes) return;
    // Half of one, from a day it was needed.
    if (held !== undefined) rmSync(path, { force: true });
    writeFileSync(path, noise(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // No reserve then, nor half of one: all else goes on.
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) rmSync(path, { force: true });
  }
}

/** Before something is removed: gives the space back to a disk that is full. */
export function makeRoom(database: string): void {
  if (isDiskFull(database)) giveReserveBack(database);
}

/** Writes down that something ended or is removed; a full disk gives the space set aside for it, and it is tried anew. */
export function withReserve<T>(database: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!isErrorCode(error, 'no-space')) throw error;
    giveReserveBack(database);
    return write();
  }
}

/** Sets aside again what is left of the space that {@link withReserve} gave. */
export function holdRest(database: string): void {
  holdSome(pathOf(database));
}

/** Gives all there is, to who has the disk alone. {@link holdLastRest} sets aside what is left of it. */
export function giveLastReserve(database: string): void {
  giveReserveBack(database);
  rmSync(lastPathOf(database), { force: true });
}

export function holdLastRest(database: string): void {
  holdSome(lastPathOf(database));
  holdSome(pathOf(database));
}

function holdSome(path: string): void {
  try {
    if (lookAt(path) === undefined)
      writeFileSync(path, noise().subarray(spentBytes), { mode: 0o600, flag: 'wx' });
  } catch {
    // As much as there was.
  }
}

/** Frees the space set aside; {@link holdReserve} sets it aside again. */
export function giveReserveBack(database: string): void {
  rmSync(pathOf(database), { force: true });
}

/**
 * Whether the disk is full, as far as a database can tell. Where there is little it is tried: ext4 has blocks that it
 * counts as free and gives to nobody.
 */
export function isDiskFull(database: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(database));
    return bavail * bsize < reserveBytes && !canWrite(`${database}.probe-${process.pid}`);
  } catch {
    return false;
  }
}

function canWrite(path: string): boolean {
  try {
    writeFileSync(path, Buffer.alloc(probeBytes, 1), { mode: 0o600, flag: 'wx', flush: true });
    return true;
  } catch (error) {
    return !isErrno(error, 'ENOSPC', 'EDQUOT');
  } finally {
    rmSync(path, { force: true });
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
