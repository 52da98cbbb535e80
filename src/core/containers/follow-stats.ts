import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { ContainerStats } from '../../engine/containers.ts';
import type { ContainerContext } from './container-context.ts';
import { findContainer } from './find-container.ts';
import { isStale } from './settle.ts';

const periodMs = 1000;

/** A reading at once and then one a second, as long as it runs and nobody aborts. None of a container that does not run. */
export async function* followStats(
  context: ContainerContext,
  idOrName: string,
  signal?: AbortSignal,
): AsyncGenerator<ContainerStats> {
  const { id } = findContainer(context, idOrName);
  const runtime = await context.runtime();
  for (let due = performance.now(); ; due += periodMs) {
    const record = context.records.get(id);
    const pid = record?.run?.process?.pid;
    const runs = record?.state === 'running' || record?.state === 'paused';
    if (record === undefined || pid === undefined || !runs || isStale(record)) return;
    try {
      yield await runtime.stats(id, pid);
    } catch (error) {
      if (isErrorCode(error, 'container-not-running')) return;
      throw error;
    }
    // A reader that is slow gets the next reading late, never several at once.
    if (performance.now() > due + periodMs) due = performance.now() - periodMs;
    try {
      await sleep(Math.max(0, due + periodMs - performance.now()), undefined, { signal });
    } catch {
      return;
    }
  }
}
