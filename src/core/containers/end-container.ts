import { constants } from 'node:os';
import { isErrorCode } from '../../base/is-error-code.ts';
import { changeRecord, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive, nextState, notRunning } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { parseSignal } from './parse-signal.ts';
import { settle, settleLocked } from './settle.ts';

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
 * restart stays down. Gone altogether (`--rm`): fine too.
 */
export async function stopContainer(
  context: ContainerContext,
  idOrName: string,
  options: StopOptions = {},
): Promise<void> {
  const record = await settle(context, findContainer(context, idOrName), options.signal);
  if (record === undefined) return;
  const { id } = record;
  if (record.state === 'restarting') return stayDown(context, id, options.signal);
  const process = record.run?.process;
  if (!isAlive(record.state) || process === undefined) return;
  changeRecord(context, id, ({ run }) =>
    options.forRestart === true && run !== undefined
      ? { run: { ...run, endsForRestart: true } }
      : { stoppedByHand: true },
  );

  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  const signal = parseSignal(options.stopSignal ?? record.stopSignal);
  const graceSeconds = options.timeoutSeconds ?? record.spec.stopTimeout ?? defaultGraceSeconds;
  await send(context, record, signal);
  const ended = await endsWithin(graceSeconds, options.signal, (patience) =>
    runtime.waitExit(id, dir, process, patience),
  );
  if (!ended) {
    await send(context, record, constants.signals.SIGKILL);
    await runtime.waitExit(id, dir, process, options.signal);
  }
  await settle(context, record, options.signal);
}

/** Sends a signal; SIGKILL and the container's own stop signal mean that it is to stay down. Default SIGKILL. */
export async function killContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly killSignal?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const name = options.killSignal ?? 'SIGKILL';
  const number = parseSignal(name);
  const record = await settle(context, findContainer(context, idOrName), options.signal);
  const process = record?.run?.process;
  if (record === undefined || process === undefined || !isAlive(record.state)) {
    throw notRunning(record?.id ?? idOrName, `cannot kill container: ${idOrName}: `);
  }
  const isFinal = number === constants.signals.SIGKILL || number === parseSignal(record.stopSignal);
  changeRecord(
    context,
    record.id,
    (current) => ({ stoppedByHand: current.stoppedByHand || isFinal }),
    (changed) => ({ type: 'container.killed', ...eventOf(changed), signal: String(number) }),
  );
  await send(context, record, number);
  if (number !== constants.signals.SIGKILL) return;
  await (await context.runtime()).waitExit(
    record.id,
    containerDir(context, record.id),
    process,
    options.signal,
  );
  await settle(context, record, options.signal);
}

/** A signal to a frozen process waits until it thaws: whoever ends a paused container means it. */
async function send(context: ContainerContext, record: ContainerRecord, signal: number): Promise<void> {
  const runtime = await context.runtime();
  try {
    await runtime.kill(record.id, signal);
    if (context.records.get(record.id)?.state === 'paused') await runtime.resume(record.id);
  } catch (error) {
    if (!isErrorCode(error, 'container-not-running')) throw error;
  }
}

/** It waits for its restart: that is called off. Started meanwhile: it is stopped like any other. */
async function stayDown(context: ContainerContext, id: string, signal?: AbortSignal): Promise<void> {
  {
    using _lock = await lockContainer(context, id, signal);
    const record = await settleLocked(context, id);
    if (record?.state === 'restarting') {
      changeRecord(context, id, (current) => ({ state: nextState(current, 'exit'), stoppedByHand: true }));
      return;
    }
  }
  await stopContainer(context, id, { signal });
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
