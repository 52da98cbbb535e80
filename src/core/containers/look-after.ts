import { placeOutsideService } from '../host/cgroups/place-process.ts';
import { processIdentity, isAlive as processLives } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import { isDiskFull } from '../metadata/reserve.ts';
import { changeRecord } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { healthPlan } from './health.ts';
import { isUnbounded, rotateLogs } from './rotate-logs.ts';

/** Whoever brings a container back says so; this long after its time nobody will. */
const claimMs = 1000;

/**
 * Whether something that ought to live beside a container does not: who checks its health, who keeps its log in bounds, who waits for the time of
 * its restart, who was in the middle of a `restart`. They are small processes that may be killed, and do not outlive a
 * boot. Costs a file of /proc where there is one, and nothing for other containers.
 */
export function isNeglected(context: ContainerContext, record: ContainerRecord): boolean {
  switch (record.state) {
    case 'running':
    case 'paused':
      return isUnwatched(record) || isUnbounded(record, containerDir(context, record.id));
    case 'restarting':
    case 'exited':
      return comesBack(record) && nobodyBringsBack(record);
    default:
      return false;
  }
}

function isUnwatched({ health, healthcheck }: ContainerRecord): boolean {
  return healthPlan(healthcheck) !== undefined && (health === undefined || !processLives(health.watcher));
}

/** Whether it does not run, and is to run again without anybody asking. */
export function comesBack({ state, restartedBy }: ContainerRecord): boolean {
  return state === 'restarting' || (state === 'exited' && restartedBy !== undefined);
}

function nobodyBringsBack({ restartedBy, restarts }: ContainerRecord): boolean {
  if (restartedBy !== undefined) return !processLives(restartedBy);
  const dueMs = Date.parse(restarts.dueAt ?? '');
  return !(Date.now() < dueMs + claimMs);
}

/** Starts what is missing. For who holds the container's lock, and with it a record that is true. */
export async function lookAfter(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord> {
  // What cannot be written down is not begun: the next look does it.
  if (!isNeglected(context, record) || isDiskFull(context.dirs.database)) return record;
  if (comesBack(record)) return wake(context, record);
  const dir = containerDir(context, record.id);
  if (isUnbounded(record, dir)) {
    const logTurner = rotateLogs(record, dir);
    changeRecord(context, record.id, () => ({ logTurner }));
  }
  if (!isUnwatched(record)) return context.records.get(record.id) ?? record;
  const { watchHealth } = await import('./watch-health.ts');
  const watcher = watchHealth(context, record);
  if (watcher === undefined) return record;
  return changeRecord(context, record.id, ({ health }) => ({
    health: { status: 'starting', failingStreak: 0, ...health, watcher },
  }));
}

/** A gantry that does what the monitor's would have done: it goes on when this one ends. */
function wake(context: ContainerContext, record: ContainerRecord): ContainerRecord {
  const { id } = record;
  const [program = process.execPath, ...words] = context.selfCommand;
  const child = startProcess({
    argv: [program, ...words, 'internal', 'container-exited', id, '--root', context.dirs.root],
    cwd: '/',
    detached: true,
  });
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) return record;
  placeOutsideService(child.pid, '/gantry/monitors');
  const restartedBy = processIdentity(child.pid);
  return changeRecord(context, id, () => ({ restartedBy }));
}
