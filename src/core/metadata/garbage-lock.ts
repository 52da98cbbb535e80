import { join } from 'node:path';
import type { EngineDirs } from '../engine-dirs.ts';
import { lockFile } from '../host/lock-file.ts';
import type { Metadata } from './metadata.ts';
import { makeRoom } from './reserve.ts';

/** Held by the one who marks and sweeps: one in all processes, others wait. Nobody else waits for it. */
export async function beginCollection(
  { dirs, metadata }: { readonly dirs: Pick<EngineDirs, 'locks' | 'database'>; readonly metadata: Metadata },
  signal?: AbortSignal,
): Promise<Disposable> {
  makeRoom(dirs.database);
  using held = new DisposableStack();
  held.use(await lockFile(join(dirs.locks, 'garbage'), { signal }));
  held.use(metadata.leases.beginCollection());
  return held.move();
}
