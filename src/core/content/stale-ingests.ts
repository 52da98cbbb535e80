import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLockFile } from '../host/lock-file.ts';
import { isErrno } from '../host/system-error.ts';
import { isAnonymousIngest } from './ingest-name.ts';

/**
 * Removes what broken writes left and nobody writes now: at once what cannot be resumed, else what was not touched for
 * `olderThanMs`.
 */
export async function removeStaleIngests(ingests: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(ingests).catch(() => [])) {
    const path = join(ingests, name);
    try {
      const { mtimeMs } = await stat(path);
      if (!isAnonymousIngest(name) && Date.now() - mtimeMs < olderThanMs) continue;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) continue;
      throw error;
    }
    using lock = tryLockFile(path);
    if (lock !== undefined) await rm(path, { force: true });
  }
}
