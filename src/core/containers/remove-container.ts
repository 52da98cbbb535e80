import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { isErrorCode, isErrorKind } from '../../base/is-error-code.ts';
import { bootId, ownIdentity } from '../host/process-identity.ts';
import { makeRoom } from '../metadata/reserve.ts';
import { changeRecord, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive, nextState } from './lifecycle.ts';
import { lockContainer, removeContainerLock } from './lock-container.ts';
import { settleLocked } from './settle.ts';

export interface RemoveOptions {
  /** Kill it first if it runs. */
  readonly force?: boolean | undefined;
  /** Its anonymous volumes go too. */
  readonly volumes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes a container that does not run; by force any, one whose record is damaged or lost too. Throws `conflict` in
 * Docker's words.
 */
export async function removeContainer(
  context: ContainerContext,
  idOrName: string,
  options: RemoveOptions = {},
): Promise<void> {
  makeRoom(context.dirs.database);
  let id: string;
  try {
    ({ id } = findContainer(context, idOrName));
  } catch (error) {
    if (options.force !== true || !isErrorKind(error, 'corrupt', 'not-found')) throw error;
    const { findRemains, removeRemains } = await import('./remove-remains.ts');
    const remains = await findRemains(context, idOrName);
    if (remains === undefined) throw error;
    return removeRemains(context, remains, options.signal);
  }
  using _lock = await lockContainer(context, id, options.signal);
  let record = await settleLocked(context, id);
  if (record !== undefined && options.force === true) record = await killLocked(context, record);
  if (record !== undefined) await removeLocked(context, record, options);
}

/**
 * The same for who holds the lock. The record says `removing` first and goes last: when we are killed on the way,
 * whoever looks next finishes it.
 */
export async function removeLocked(
  context: ContainerContext,
  record: ContainerRecord,
  options: Pick<RemoveOptions, 'volumes'>,
): Promise<void> {
  const { id } = record;
  if (record.state !== 'removing') {
    changeRecord(context, id, (current) => ({
      state: nextState(current, 'remove'),
      run: { bootId: bootId(), owner: ownIdentity(), process: undefined },
    }));
  }
  const snapshots = await context.snapshots();
  if (snapshots.has(snapshotKey(id))) await snapshots.remove(snapshotKey(id));
  // Its monitor may be writing its last words there.
  rmSync(containerDir(context, id), { recursive: true, force: true, maxRetries: 30, retryDelay: 5 });
  const volumes = record.mounts.some((mount) => mount.type === 'volume')
    ? await context.volumes()
    : undefined;
  context.metadata.transaction(() => {
    const last = context.records.get(id) ?? record;
    context.records.delete(id);
    context.names.delete(last.name);
    for (const mount of record.mounts) {
      if (mount.type === 'volume' && mount.name !== undefined) volumes?.forgetUser(mount.name, id);
    }
    context.imageUsers.delete(`${record.imageId}/${id}`);
    context.metadata.journal.append({ type: 'container.removed', ...eventOf(last) });
  });
  if (options.volumes === true) {
    for (const name of record.anonymousVolumes) await volumes?.removeIfUnused(name);
  }
  removeContainerLock(context, id);
}

/** Ends it as `rm -f` does. */
async function killLocked(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  const { id } = record;
  if (record.state === 'restarting') {
    return changeRecord(context, id, (current) => ({
      state: nextState(current, 'exit'),
      stoppedByHand: true,
    }));
  }
  const process = record.run?.process;
  if (!isAlive(record.state) || process === undefined) return record;
  changeRecord(context, id, () => ({ stoppedByHand: true }));
  const runtime = await context.runtime();
  try {
    await runtime.kill(id, constants.signals.SIGKILL, { all: true });
    // A frozen process does not even die.
    if (record.state === 'paused') await runtime.resume(id);
  } catch (error) {
    if (!isErrorCode(error, 'container-not-running')) throw error;
  }
  await runtime.waitExit(id, containerDir(context, id), process);
  return settleLocked(context, id);
}
