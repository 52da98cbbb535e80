import { join } from 'node:path';
import type { EngineDirs } from '../engine-dirs.ts';
import { type FileLock, lockFile } from '../host/lock-file.ts';

/**
 * Held, for a moment, by whoever protects things by a lease and then looks whether they are there: between the look
 * and the lease nothing is collected. Several may hold it.
 */
export function holdOffCollection(dirs: Pick<EngineDirs, 'locks'>, signal?: AbortSignal): Promise<FileLock> {
  return lockFile(lockPath(dirs), { shared: true, signal });
}

/** Held by the one who marks and sweeps. */
export function beginCollection(dirs: Pick<EngineDirs, 'locks'>, signal?: AbortSignal): Promise<FileLock> {
  return lockFile(lockPath(dirs), { signal });
}

function lockPath(dirs: Pick<EngineDirs, 'locks'>): string {
  return join(dirs.locks, 'garbage');
}
