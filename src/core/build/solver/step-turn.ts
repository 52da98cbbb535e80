import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineDirs } from '../../engine-dirs.ts';
import { lockFile, tryLockFile } from '../../host/lock-file.ts';
import { ownNamesIn } from '../../host/own-folder.ts';
import type { BuildSession } from './build-session.ts';

const prefix = 'step-';

/**
 * Waits until no build of any process makes the step of this cache key, and keeps others from it until disposed. Who
 * holds one may wait for cache mounts, never for another step: so nobody waits in a circle. Rejects `cancelled`.
 */
export async function takeTurn(
  { services: { dirs }, signal, emit }: BuildSession,
  key: string,
  vertex: string,
): Promise<Disposable> {
  const path = join(dirs.locks, prefix + key);
  let lock = tryLockFile(path);
  if (lock === undefined) {
    const data = Buffer.from('waiting for the same step, which is being run already\n');
    emit({ kind: 'output', vertex, stream: 'stderr', data });
    lock = await lockFile(path, { signal });
  }
  const held = lock;
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true });
      held[Symbol.dispose]();
    },
  };
}

/** Removes the files of turns whose holders were killed. */
export function clearAbandonedTurns(dirs: EngineDirs): void {
  for (const name of ownNamesIn(dirs.locks)) {
    if (!/^step-[0-9a-f]{64}$/.test(name)) continue;
    using lock = tryLockFile(join(dirs.locks, name));
    if (lock !== undefined) rmSync(lock.path, { force: true });
  }
}
