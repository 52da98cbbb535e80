import { closeSync, constants, openSync } from 'node:fs';
import { type ByteString, pathOf } from './tar/byte-string.ts';

/**
 * A folder held by a descriptor. What is named through it is in that very folder, wherever somebody moves it and
 * whatever they put in its place: a path is looked up again at every call, a descriptor never.
 */
export interface HeldFolder extends Disposable {
  readonly fd: number;
  /** For calls that take a path. Only its last component may be foreign, and those calls must not follow links. */
  path(name: ByteString): string | Buffer;
}

/** Takes over an open descriptor of a folder. */
export function heldFolder(fd: number): HeldFolder {
  return {
    fd,
    path: (name) => pathOf(`/proc/self/fd/${fd}/${name}`),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** A folder inside another; a symbolic link in its place is `ENOTDIR`. */
export function openChild(parent: Pick<HeldFolder, 'path'>, name: ByteString): HeldFolder {
  return heldFolder(openSync(parent.path(name), folderFlags | constants.O_NOFOLLOW));
}

export const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY;

/** `O_PATH`, which Node does not name: a descriptor that says where something is and opens nothing. */
export const placeFlag = 0o10000000;
