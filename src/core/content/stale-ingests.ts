import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLockFile } from '../host/lock-file.ts';
import { isErrno } from '../host/system-error.ts';
import { isAnonymousIngest } from './ingest-name.ts';
import { ingestNameOf, removeRangeFile } from './range-file.ts';

/**
 * Removes what broken writes left and nobody writes now: at once what cannot be resumed, else what was not touched for
 * `olderThanMs`.
 */
export async function removeStaleIngests(ingests: string, olderThanMs: number): Promise<void> {
  const names = (await readdir(ingests).catch(() => [])).map(ingestNameOf);
  for (const name of new Set(names)) {
    const path = join(ingests, name);
    const touchedMs = await lastTouchedMs(path);
    if (!isAnonymousIngest(name) && Date.now() - touchedMs < olderThanMs) continue;
    // Locking makes the file where only its map was left, so that nobody begins it anew meanwhile.
    using lock = tryLockFile(path);
    if (lock === undefined) continue;
    removeRangeFile(path);
    await rm(path, { force: true });
  }
}

async function lastTouchedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}
