import { constants } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import { ownIdentity } from '../host/process-identity.ts';
import { holdRest, withReserve } from '../metadata/reserve.ts';
import { changeRecord, changeRecordAtLast, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive, nextState, notRunning } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { comesBack } from './look-after.ts';
import { isStatusLost } from './lost-status.ts';
import { parseSignal } from './parse-signal.ts';
import { settle, settleLocked } from './settle.ts';
import { tell, unlessFull } from './tell.ts';

const defaultGraceSeconds = 10;

export interface StopOptions {
  readonly timeoutSeconds?: number | undefined;
  readonly stopSignal?: string | undefined;
  /** Whoever stops it starts it again at once. */
  readonly forRestart?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the process to end, waits, kills it, and buries it. One that does not run is fine, one that waits for its
 * restart stays down. Gone altogether (`--rm`): fine too. Returns warnings: of a status that is lost.
 */
export async function stopContainer(
  context: ContainerContext,
  idOrName: string,
  options: StopOptions = {},
): Promise<readonly string[]> {
  const { id, state } = findContainer(context, idOrName);
  try {
    while (!(await stopOnce(context, id, options))) options.signal?.throwIfAborted();
  } catch (error) {
    if (!isErrorCode(error, 'container-not-found')) throw error;
  }
  const stopped = isAlive(state) ? context.records.get(id) : undefined;
  return stopped !== undefined && isStatusLost(stopped)
    ? [`container ${stopped.name}: ${stopped.error}`]
    : [];
}

/** False: it was not the container any more that we saw, but one that its policy brought back, or is bringing back. */
async function stopOnce(context: ContainerContext, id: string, options: StopOptions): Promise<boolean> {
  const found = context.records.get(id);
  const record = found && (await settle(context, found, options.signal));
  if (record === undefined) return true;
  if (comesBack(record) || record.state === 'starting') {
    return callOffRestart(context, id, options);
  }
  const process = record.run?.process;
  if (!isAlive(record.state) || process === undefined) return true;
  const isSameRun = ({ run }: ContainerRecord): boolean =>
    run?.process?.pid === process.pid && run.process.pidStartTime === process.pidStartTime;
  const mark = (): ContainerRecord =>
    changeRecord(context, id, (current) => (isSameRun(current) ? endedBy(options) : {}));
  // On a full disk a stop must work above all.
  const marked = unlessFull(mark) ?? (await whileFrozen(context, record, mark));
  if (marked !== undefined && !isSameRun(marked)) return false;

  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  const signal = parseSignal(options.stopSignal ?? record.stopSignal);
  const graceSeconds = options.timeoutSeconds ?? record.spec.stopTimeout ?? defaultGraceSeconds;
  await sendToEnd(context, record, signal);
  // Loaded while it ends: they are given back next.
  if (record.endpoints.length > 0) context.networking().catch(() => undefined);
  const ended = await endsWithin(graceSeconds, options.signal, (patience) =>
    runtime.waitExit(id, dir, process, patience),
  );
  if (!ended) {
    await sendToEnd(context, record, constants.signals.SIGKILL);
    await runtime.waitExit(id, dir, process, options.signal);
  }
  await settleEnd(context, record, options.signal);
  tell(context, { type: 'container.stopped', ...eventOf(record) });
  return true;
}

/**
 * Writes something down on a full disk: the container must not fill the space that is given back for that. What of it
 * is not needed is set aside again, for the end. Undefined: there was none to give.
 */
async function whileFrozen(
  context: ContainerContext,
  { id, state }: ContainerRecord,
  write: () => ContainerRecord,
): Promise<ContainerRecord | undefined> {
  const runtime = await context.runtime();
  if (state !== 'paused') await runtime.pause(id).catch(() => undefined);
  try {
    return unlessFull(() => withReserve(context.dirs.database, write));
  } finally {
    holdRest(context.dirs.database);
    if (state !== 'paused') await runtime.resume(id).catch(() => undefined);
  }
}

/** Buries what was ended. When the disk has no room for even that, the next look does it. */
async function settleEnd(
  context: ContainerContext,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await settle(context, record, signal);
  } catch (error) {
    if (!isErrorCode(error, 'no-space')) throw error;
  }
}

/** Sends a signal; SIGKILL and the container's own stop signal mean that it is to stay down. Default SIGKILL. */
export async function killContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly killSignal?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const name = options.killSignal ?? 'SIGKILL';
  const number = parseSignal(name);
  const record = await settle(context, toKill(context, idOrName), options.signal);
  const process = record?.run?.process;
  if (record === undefined || process === undefined || !isAlive(record.state)) {
    throw notRunning(record?.id ?? idOrName, `Cannot kill container: ${idOrName}: `);
  }
  const isFinal = number === constants.signals.SIGKILL || number === parseSignal(record.stopSignal);
  const mark = (): ContainerRecord =>
    changeRecord(
      context,
      record.id,
      (current) => ({ stoppedByHand: current.stoppedByHand || isFinal }),
      (changed) => ({ type: 'container.killed', ...eventOf(changed), signal: String(number) }),
    );
  if (unlessFull(mark) === undefined) await whileFrozen(context, record, mark);
  await send(context, record, number);
  if (number !== constants.signals.SIGKILL) return;
  await (await context.runtime()).waitExit(
    record.id,
    containerDir(context, record.id),
    process,
    options.signal,
  );
  await settleEnd(context, record, options.signal);
}

function toKill(context: ContainerContext, idOrName: string): ContainerRecord {
  try {
    return findContainer(context, idOrName);
  } catch (error) {
    if (!(error instanceof GantryError)) throw error;
    throw error.with({ message: `Cannot kill container: ${idOrName}: ${error.message}` });
  }
}

/** It is told of like one that a person sends. */
async function sendToEnd(context: ContainerContext, record: ContainerRecord, signal: number): Promise<void> {
  tell(context, { type: 'container.killed', ...eventOf(record), signal: String(signal) });
  await send(context, record, signal);
}

/** A signal to a frozen process waits until it thaws: whoever ends a paused container means it. */
async function send(context: ContainerContext, record: ContainerRecord, signal: number): Promise<void> {
  const runtime = await context.runtime();
  const process = record.run?.process;
  try {
    await runtime.kill(record.id, signal, process && { process });
    if (context.records.get(record.id)?.state === 'paused') await runtime.resume(record.id);
  } catch (error) {
    if (!isErrorCode(error, 'container-not-running')) throw error;
  }
}

/** It waits for its restart: that is called off. False: it was started meanwhile, and is stopped like any other. */
async function callOffRestart(context: ContainerContext, id: string, options: StopOptions): Promise<boolean> {
  // Whoever starts it right now has the lock.
  using _lock = await lockContainer(context, id, options.signal);
  const record = await settleLocked(context, id);
  if (record === undefined || !comesBack(record)) return record === undefined || !isAlive(record.state);
  changeRecordAtLast(context, id, ({ state, ...current }) => ({
    state: state === 'exited' ? state : nextState({ ...current, state }, 'exit'),
    ...endedBy(options),
  }));
  return true;
}

function endedBy({
  forRestart,
}: StopOptions): Pick<ContainerRecord, 'restartedBy'> & Partial<ContainerRecord> {
  return forRestart === true
    ? { restartedBy: ownIdentity() }
    : { restartedBy: undefined, stoppedByHand: true };
}

/** Whether `wait` was over in time; negative seconds wait for ever. */
async function endsWithin(
  seconds: number,
  signal: AbortSignal | undefined,
  wait: (signal: AbortSignal | undefined) => Promise<void>,
): Promise<boolean> {
  if (seconds < 0) {
    await wait(signal);
    return true;
  }
  const deadline = AbortSignal.timeout(seconds * 1000);
  try {
    await wait(signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
    return true;
  } catch (error) {
    if (deadline.aborted && signal?.aborted !== true) return false;
    throw error;
  }
}
