import { constants } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { type BoundFunction, koffi } from './koffi.ts';

/**
 * Flushes the whole file system a path lies on (syncfs(2)): one call for the thousands of files of some layers. May
 * take seconds on a slow disk; runs on another thread.
 */
export async function syncFilesystem(path: string): Promise<void> {
  const file = await process
    .getBuiltinModule('node:fs/promises')
    .open(path, constants.O_RDONLY)
    .catch((error: unknown) => {
      throw GantryError.from(error);
    });
  try {
    const result = await new Promise<number>((resolve, reject) => {
      syncfsCall ??= koffi().load(null).func('syncfs', 'int', ['int']);
      syncfsCall.async(file.fd, (error, value) => (error == null ? resolve(value) : reject(error)));
    });
    if (result === 0) return;
    throw new GantryError({
      kind: 'io',
      code: 'sync-failed',
      message: `cannot write ${path} to the disk`,
      details: { path },
    });
  } finally {
    await file.close();
  }
}

let syncfsCall: BoundFunction | undefined;
