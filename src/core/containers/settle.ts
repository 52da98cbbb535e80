import type { NewEngineEvent } from '../../engine/events.ts';
import { bootId, isAlive as processLives } from '../host/process-identity.ts';
import { changeRecord, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { isAlive, nextState } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { restartDelayMs } from './restart-policy.ts';

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
  if (!isStale(record)) return record;
  using _lock = await lockContainer(context, record.id, signal);
  return await settleLocked(context, record.id);
}

/** As {@link settle}, for who holds the container's lock: nobody else is starting or removing it then. */
export async function settleLocked(
  context: ContainerContext,
  id: string,
): Promise<ContainerRecord | undefined> {
  const record = context.records.get(id);
  if (record === undefined || !isStale(record)) return record;
  if (record.state === 'removing') {
    const { removeLocked } = await import('./remove-container.ts');
    await removeLocked(context, record, { volumes: record.spec.autoRemove === true });
    return undefined;
  }
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
  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  const sameBoot = record.run?.bootId === bootId();
  const status = sameBoot ? runtime.exitStatus(id, dir) : undefined;
  await giveBack(context, record, { force: status === undefined });

  const exitCode = status?.exitCode ?? -1;
  const finishedAt = status?.finishedAt ?? new Date().toISOString();
  const oomKilled = status?.oomKilled ?? false;
  const buried = changeRecord(
    context,
    id,
    (current) => {
      const delayMs =
        status === undefined || current.run?.endsForRestart === true
          ? undefined
          : restartDelayMs({
              policy: current.spec.restart,
              exitCode,
              stoppedByHand: current.stoppedByHand,
              restartCount: current.restarts.count,
              upMs: Date.parse(finishedAt) - Date.parse(current.startedAt ?? finishedAt),
              lastDelayMs: current.restarts.delayMs,
            });
      return {
        state: nextState(current, delayMs === undefined ? 'exit' : 'backOff'),
        run: undefined,
        endpoint: undefined,
        health: undefined,
        exitCode,
        finishedAt,
        oomKilled,
        restarts:
          delayMs === undefined
            ? { ...current.restarts, dueAt: undefined }
            : {
                count: current.restarts.count + 1,
                delayMs,
                dueAt: new Date(Date.now() + delayMs).toISOString(),
              },
      };
    },
    ...(oomKilled ? [oomEvent] : []),
    (changed) => ({ type: 'container.died', ...eventOf(changed), exitCode }),
  );
  return record.run?.endsForRestart === true ? buried : removeIfTemporary(context, buried);
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
  await giveBack(context, record, { force: true });
  if (record.endpoint === undefined) await reclaimAddresses(context, record.id);
  const { startedAt } = record;
  const left = changeRecord(context, record.id, (current) => ({
    state: nextState(current, startedAt === undefined ? 'startFailed' : 'exit'),
    run: undefined,
    endpoint: undefined,
    health: undefined,
    ...failure,
  }));
  return removeIfTemporary(context, left);
}

/** Killed between taking an address and recording it, who started it left it taken. */
async function reclaimAddresses(context: ContainerContext, id: string): Promise<void> {
  const others = [...context.records.entries()].filter(([key, other]) => key !== id && isAlive(other.state));
  await (await context.networking()).reconcile(new Set(others.map(([key]) => key)));
}

async function giveBack(
  context: ContainerContext,
  record: ContainerRecord,
  options: { readonly force: boolean },
): Promise<void> {
  const runtime = await context.runtime();
  await runtime.delete(record.id, containerDir(context, record.id), options);
  const { endpoint, health } = record;
  if (endpoint !== undefined) await (await context.networking()).release(endpoint);
  if (health !== undefined) (await import('./watch-health.ts')).unwatchHealth(record);
}

async function removeIfTemporary(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  if (record.spec.autoRemove !== true || record.state === 'restarting') return record;
  const { removeLocked } = await import('./remove-container.ts');
  await removeLocked(context, record, { volumes: true });
  return undefined;
}

function oomEvent(record: ContainerRecord): NewEngineEvent {
  return { type: 'container.oom', ...eventOf(record) };
}

function ownerLives({ run }: ContainerRecord): boolean {
  return run !== undefined && run.bootId === bootId() && processLives(run.owner);
}
