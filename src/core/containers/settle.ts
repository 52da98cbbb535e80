import { bootId, ownIdentity, isAlive as processLives } from '../host/process-identity.ts';
import { makeRoom } from '../metadata/reserve.ts';
import { changeRecordAtLast } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { isAlive, nextState } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { isNeglected, lookAfter } from './look-after.ts';
import { lostStatus, lostStatusReason } from './lost-status.ts';
import { refreshNames } from './refresh-names.ts';
import { restartDelayMs } from './restart-policy.ts';
import { endEvents } from './run-events.ts';

/**
 * Records are written by whoever starts or stops a container, and any of these may be killed; and a container ends by
 * itself while no gantry runs. So before a record is believed, it is compared with what is true and set right. The
 * comparison costs one small file of /proc for a container that runs, and nothing for one that does not.
 */
export function isStale(record: ContainerRecord): boolean {
  const { run } = record;
  if (record.state === 'removing') return run === undefined || !ownerLives(record);
  if (!isAlive(record.state)) return false;
  if (run === undefined || run.bootId !== bootId()) return true;
  if (record.state === 'starting') return !ownerLives(record);
  const process = run.process;
  return process === undefined || !processLives({ pid: process.pid, startTime: process.pidStartTime });
}

/** The record as it truly is; undefined when the container turned out to be gone or had to go (`--rm`). */
export async function settle(
  context: ContainerContext,
  record: ContainerRecord,
  signal?: AbortSignal,
): Promise<ContainerRecord | undefined> {
  if (!isStale(record) && !isNeglected(context, record)) return record;
  using _lock = await lockContainer(context, record.id, signal);
  return await settleLocked(context, record.id);
}

/** As {@link settle}, for who holds the container's lock: nobody else is starting or removing it then. */
export async function settleLocked(
  context: ContainerContext,
  id: string,
): Promise<ContainerRecord | undefined> {
  const record = context.records.get(id);
  const settled = record && isStale(record) ? await setRight(context, record) : record;
  return settled && lookAfter(context, settled);
}

async function setRight(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  const { id } = record;
  if (record.state === 'removing') return finishRemoval(context, record);
  const { run } = record;
  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  const process = run?.bootId === bootId() ? run.process : undefined;
  if (record.state === 'starting') return abandonStart(context, record);
  // The monitor writes a moment after the process is gone.
  if (process !== undefined) await runtime.waitExit(id, dir, process);
  return bury(context, record);
}

/** A container whose process has ended: everything it held is given back, and its policy decides what comes next. */
async function bury(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  const { id } = record;
  makeRoom(context.dirs.database);
  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  const sameBoot = record.run?.bootId === bootId();
  const status = sameBoot ? runtime.exitStatus(id, dir) : undefined;
  await giveBack(context, record, { force: status === undefined, folderGoes: goesAtRest(record) });

  const exitCode = status?.exitCode ?? lostStatus;
  const finishedAt = latest(status?.finishedAt ?? new Date().toISOString(), record.startedAt);
  const oomKilled = status?.oomKilled ?? false;
  const lost = status === undefined;
  const buried = changeRecordAtLast(
    context,
    id,
    (current) => ({
      ...restOrRestart(current, { exitCode, finishedAt, sameBoot, lost }),
      endpoints: [],
      health: undefined,
      logTurner: undefined,
      exitCode,
      finishedAt,
      oomKilled,
      error: lost ? lostStatusReason(sameBoot) : current.error,
    }),
    (changed) => endEvents({ ...changed, endpoints: record.endpoints }, { exitCode, oomKilled, lost }),
  );
  await refreshNames(context, record.endpoints);
  return finishRemoval(context, buried);
}

/** The end never lies before the start, though a file's time comes from a clock that is milliseconds behind. */
export function latest(end: string, start: string | undefined): string {
  return start !== undefined && start > end ? start : end;
}

/** Whoever started it was killed on the way: what there is of it goes, and it is what it was before. */
export async function abandonStart(
  context: ContainerContext,
  record: ContainerRecord,
  failure: { readonly error: string; readonly exitCode: number } = {
    error: 'the start was interrupted',
    exitCode: 128,
  },
): Promise<ContainerRecord | undefined> {
  makeRoom(context.dirs.database);
  await giveBack(context, record, { force: true });
  if (record.endpoints.length === 0) await reclaimAddresses(context, record.id);
  const left = changeRecordAtLast(context, record.id, (current) => ({
    ...atRest(current, current.startedAt === undefined ? 'startFailed' : 'exit'),
    endpoints: [],
    health: undefined,
    logTurner: undefined,
    ...failure,
  }));
  return finishRemoval(context, left);
}

interface Ended {
  readonly exitCode: number;
  readonly finishedAt: string;
  readonly sameBoot: boolean;
  readonly lost: boolean;
}

/**
 * What its restart policy makes of an end. A status that is lost counts as a failure, but not when the whole machine
 * went: Docker does not bring back `on-failure` then either.
 */
function restOrRestart(
  current: ContainerRecord,
  ended: Ended,
): Pick<ContainerRecord, 'state' | 'run' | 'restarts' | 'restartedBy'> {
  const { restarts, restartedBy, spec, startedAt, stoppedByHand } = current;
  const byHand = restartedBy !== undefined && processLives(restartedBy);
  const wentWithMachine = !ended.sameBoot && spec.restart?.name === 'on-failure';
  const delayMs =
    byHand || wentWithMachine
      ? undefined
      : restartDelayMs({
          policy: spec.restart,
          exitCode: ended.exitCode,
          stoppedByHand,
          restartCount: restarts.count,
          upMs: Date.parse(ended.finishedAt) - Date.parse(startedAt ?? ended.finishedAt),
          lastDelayMs: restarts.delayMs,
        });
  if (delayMs === undefined) {
    const left = { ...current, restartedBy: byHand ? restartedBy : undefined };
    return {
      ...atRest(left, 'exit'),
      restarts: { ...restarts, dueAt: undefined },
      restartedBy: left.restartedBy,
    };
  }
  const dueAt = new Date(Date.now() + delayMs).toISOString();
  return {
    state: nextState(current, 'backOff'),
    run: undefined,
    restarts: { count: restarts.count + 1, delayMs, dueAt },
    // A monitor that told no status brings nothing back.
    restartedBy: ended.lost ? nobody : undefined,
  };
}

/** A process there never was. */
const nobody = { pid: 0, startTime: '' };

/**
 * What comes after a run that nothing brings back: rest, or with `--rm` the removal, in the same transaction, so that
 * whoever looks after we were killed goes on with it.
 */
function atRest(
  current: ContainerRecord,
  move: 'exit' | 'startFailed',
): Pick<ContainerRecord, 'state' | 'run'> {
  const state = nextState(current, move);
  if (!goesAtRest(current)) return { state, run: undefined };
  return {
    state: nextState({ ...current, state }, 'remove'),
    run: { bootId: bootId(), owner: ownIdentity(), process: undefined },
  };
}

function goesAtRest({ spec, restartedBy }: ContainerRecord): boolean {
  return spec.autoRemove === true && restartedBy === undefined;
}

/** Killed between taking an address and recording it, who started it left it taken. */
async function reclaimAddresses(context: ContainerContext, id: string): Promise<void> {
  const others = [...context.records.entries()].filter(([key, other]) => key !== id && isAlive(other.state));
  await (await context.networking()).reconcile(new Set(others.map(([key]) => key)));
}

async function giveBack(
  context: ContainerContext,
  record: ContainerRecord,
  options: { readonly force: boolean; readonly folderGoes?: boolean },
): Promise<void> {
  const runtime = await context.runtime();
  await runtime.delete(record.id, containerDir(context, record.id), options);
  const { endpoints, health } = record;
  for (const endpoint of endpoints) await (await context.networking()).release(endpoint);
  if (record.logTurner !== undefined) (await import('./rotate-logs.ts')).stopRotation(record);
  if (health !== undefined) (await import('./watch-health.ts')).unwatchHealth(record);
}

async function finishRemoval(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  if (record.state !== 'removing') return record;
  const { removeLocked } = await import('./remove-container.ts');
  await removeLocked(context, record, { volumes: record.spec.autoRemove === true, soon: true });
  return undefined;
}

function ownerLives({ run }: ContainerRecord): boolean {
  return run !== undefined && run.bootId === bootId() && processLives(run.owner);
}
