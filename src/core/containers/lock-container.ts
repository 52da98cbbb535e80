import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, lockFile } from '../host/lock-file.ts';
import type { ContainerContext } from './container-context.ts';

/**
 * One process at a time starts, buries or removes a container; others wait. The lock dies with its holder, so that
 * whoever gets it and finds the container half started knows that nobody is at it any more.
 */
export async function lockContainer(
  context: ContainerContext,
  id: string,
  signal?: AbortSignal,
): Promise<FileLock> {
  const lock = await lockFile(lockPath(context, id), { signal });
  // Gone while we waited: nobody else would take the file away that we made by asking.
  if (!context.records.has(id)) removeContainerLock(context, id);
  return lock;
}

/** For the holder of the lock, once the container is gone. */
export function removeContainerLock(context: ContainerContext, id: string): void {
  rmSync(lockPath(context, id), { force: true });
}

function lockPath(context: ContainerContext, id: string): string {
  return join(context.dirs.locks, `container-${id}`);
}
