import { closeSync, constants, openSync } from 'node:fs';
import { callWithPath, checked, libcFunction } from './libc.ts';

/** chdir(2) for the calling thread; `process.chdir` is not there in workers. */
export function changeFolder(dir: string): void {
  callWithPath(chdirCall, 'chdir', dir);
}

/** Runs `work`, synchronous, and goes back to the folder of before, even when that has no name any more. */
export function returningToFolder<T>(work: () => T): T {
  const home = openSync('.', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return work();
  } finally {
    checked(fchdirCall(home), 'fchdir');
    closeSync(home);
  }
}

const chdirCall = libcFunction('chdir', ['const char *']);
const fchdirCall = libcFunction('fchdir', ['int']);
