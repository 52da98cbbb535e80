import { changeRecordAtLast, eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { nextState } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { settleLocked } from './settle.ts';

/** Freezes every process of a container, or lets them go on. Throws `conflict` in Docker's words. */
export async function pauseContainer(
  context: ContainerContext,
  idOrName: string,
  move: 'pause' | 'unpause',
  signal?: AbortSignal,
): Promise<void> {
  const { id } = findContainer(context, idOrName);
  using _lock = await lockContainer(context, id, signal);
  const record = await settleLocked(context, id);
  if (record === undefined) throw noSuchContainer(idOrName);
  nextState(record, move);
  const runtime = await context.runtime();
  const [set, setBack] = move === 'pause' ? [runtime.pause, runtime.resume] : [runtime.resume, runtime.pause];
  await set(id);
  try {
    changeRecordAtLast(
      context,
      id,
      (current) => ({ state: nextState(current, move) }),
      (changed) => ({
        type: move === 'pause' ? 'container.paused' : 'container.unpaused',
        ...eventOf(changed),
      }),
    );
  } catch (error) {
    // Frozen and not known to be is what nobody finds out of.
    await setBack(id);
    throw error;
  }
}
