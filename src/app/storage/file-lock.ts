import { setTimeout as pause } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';

const patienceMs = 5000;

/**
 * Holds a lock that all processes see while `work` runs. It is the kernel's (SQLite takes it on the file), so it goes
 * with the process that held it, however that ends. Rejects `timeout` / `lock-held`.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite');
  // No busy wait inside SQLite: it would hold the event loop.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const deadline = performance.now() + patienceMs;
    for (let wait = 1; !tryLock(database); wait = Math.min(wait * 2, 50)) {
      if (performance.now() > deadline) {
        throw new GantryError({
          kind: 'timeout',
          code: 'lock-held',
          message: `another gantry holds ${path} for more than ${patienceMs / 1000} seconds`,
        });
      }
      await pause(wait);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: { exec(statement: string): void }): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) return false;
    throw error;
  }
}
