import { closeSync, openSync } from 'node:fs';
import { checked, libcFunction } from './libc.ts';

/**
 * Flushes the whole file system a path lies on (syncfs(2)): one call for the thousands of files of a layer. Blocks
 * the thread, up to seconds on slow disks: call it in a worker.
 */
export function syncFilesystem(path: string): void {
  const fd = openSync(path, 'r');
  try {
    checked(syncfsCall(fd), 'syncfs', path);
  } finally {
    closeSync(fd);
  }
}

const syncfsCall = libcFunction('syncfs', ['int']);
