import { closeSync, constants, openSync } from 'node:fs';
import { callWithPath, checked, libcFunction } from './libc.ts';

/** chdir(2) for the calling thread; `process.chdir` is not there in workers. */
export function changeFolder(dir: string): void {
  callWithPath(chdirCall, 'chdir', dir);
}

/**
 * Runs `work`, synchronous, and goes back to the root and the working folder of before, even when these have no name
 * any more. Only for a thread that shares neither with others, as after unshare(2) of mounts; `moved` tells whether it
 * came so far: going back takes a right of its own.
 */
export function returningToFolder<T>(work: () => T, moved: () => boolean = () => true): T {
  const folder = openSync('.', constants.O_RDONLY | constants.O_DIRECTORY);
  const root = openSync('/', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return work();
  } finally {
    if (moved()) {
      // In a chroot (debootstrap, rescue systems) the namespace's own root is not the one we had.
      checked(fchdirCall(root), 'fchdir');
      callWithPath(chrootCall, 'chroot', '.');
      checked(fchdirCall(folder), 'fchdir');
    }
    closeSync(root);
    closeSync(folder);
  }
}

const chrootCall = libcFunction('chroot', ['const char *']);
const chdirCall = libcFunction('chdir', ['const char *']);
const fchdirCall = libcFunction('fchdir', ['int']);
