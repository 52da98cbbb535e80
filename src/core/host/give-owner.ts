import { fchownSync, lchownSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrno } from './system-error.ts';
import { inUserNamespace } from './user-namespace.ts';

/** Set: whose a file of an image would be is passed over where there is no such user here. */
export const ignoreOwnersVariable = 'GANTRY_IGNORE_OWNERS';

/**
 * Gives what is at a path, a link itself, to a user and a group. Throws `unavailable` / `no-such-id` where a normal user
 * has no such IDs; who said that owners do not matter keeps the file as their own.
 */
export function giveOwner(path: string | Buffer, uid: number, gid: number): void {
  give(uid, gid, () => lchownSync(path, uid, gid));
}

/** The same for an open file. */
export function giveOpenOwner(fd: number, uid: number, gid: number): void {
  give(uid, gid, () => fchownSync(fd, uid, gid));
}

function give(uid: number, gid: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isErrno(error, 'EINVAL') || !inUserNamespace()) throw error;
    if ((process.env[ignoreOwnersVariable] ?? '') === '') throw noSuchId(uid, gid, error);
  }
}

function noSuchId(uid: number, gid: number, cause: unknown): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'no-such-id',
    message: `no file can be given to user ${uid} and group ${gid}: they are none of the IDs you have`,
    hint: `gantry info says how root lends you more; with ${ignoreOwnersVariable}=1 set all files are yours instead`,
    cause,
  });
}
