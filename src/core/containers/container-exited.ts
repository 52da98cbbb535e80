import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorCode } from '../../base/is-error-code.ts';
import { ownIdentity, isAlive as processLives } from '../host/process-identity.ts';
import { replaceProcess } from '../host/replace-process.ts';
import { changeRecord } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { comesBack } from './look-after.ts';
import { isStale, settle } from './settle.ts';
import { startContainer } from './start-container.ts';

/** Above this a shell that sleeps waits in our place: it takes 1 MB where we take 40. */
const longestOwnWaitMs = 500;

/**
 * What the monitor starts when a container has ended (`gantry internal container-exited`): buries the container, and
 * starts it again where its policy wants that, after its time. Fine when all of it is done already, by anybody.
 */
export async function containerExited(context: ContainerContext, id: string): Promise<void> {
  const found = context.records.get(id);
  // No more than that: who looks after it is us.
  const settled = found !== undefined && isStale(found) ? await settle(context, found) : found;
  const record = settled && claim(context, settled);
  if (record === undefined) return;
  const waitMs = Date.parse(record.restarts.dueAt ?? '') - Date.now();
  if (waitMs > longestOwnWaitMs) {
    const again = [...context.selfCommand, 'internal', 'container-exited', id, '--root', context.dirs.root];
    replaceProcess({
      argv: ['/bin/sh', '-c', 'sleep "$1"; shift; exec "$@"', 'sh', (waitMs / 1000).toFixed(3), ...again],
    });
  }
  if (waitMs > 0) await sleep(waitMs);
  // Stopped, removed or started by a person meanwhile: then it is theirs.
  const current = context.records.get(id);
  if (current === undefined || !comesBack(current) || current.restarts.dueAt !== record.restarts.dueAt)
    return;
  try {
    await startContainer(context, id, { automatic: true });
  } catch (error) {
    if (!isErrorCode(error, 'container-removing', 'container-not-found', 'container-running')) throw error;
  }
}

/** Undefined when there is nothing to bring back, or somebody else does it. */
function claim(context: ContainerContext, { id }: ContainerRecord): ContainerRecord | undefined {
  return context.metadata.transaction(() => {
    const current = context.records.get(id);
    if (current === undefined || !comesBack(current)) return undefined;
    const { restartedBy } = current;
    const own = ownIdentity();
    if (restartedBy !== undefined && restartedBy.pid !== own.pid && processLives(restartedBy))
      return undefined;
    return changeRecord(context, id, () => ({ restartedBy: own }));
  });
}
