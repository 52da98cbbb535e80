import { readdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { isErrorCode, isErrorKind } from '../../base/is-error-code.ts';
import { bootId, ownIdentity } from '../host/process-identity.ts';
import { removeTree } from '../host/remove-tree.ts';
import { imageRecords } from '../images/image-records.ts';
import { holdReserve, isDiskFull, makeRoom, withReserve } from '../metadata/reserve.ts';
import { removeExitFolder, removeExitPlace } from '../runtime/conmon/exit-place.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import { changeRecordAtLast, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive, nextState } from './lifecycle.ts';
import { lockContainer, removeContainerLock } from './lock-container.ts';
import { removeLogs } from './log-files.ts';
import { isStale, settleLocked } from './settle.ts';
import { tell } from './tell.ts';

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
  let record = await settleToRemove(context, id);
  if (record !== undefined && options.force === true) record = await killLocked(context, record);
  if (record === undefined) return;
  await freeAtOnce(context, record);
  await removeLocked(context, record, options);
}

async function settleToRemove(context: ContainerContext, id: string): Promise<ContainerRecord | undefined> {
  try {
    return await settleLocked(context, id);
  } catch (error) {
    const record = context.records.get(id);
    if (!isErrorCode(error, 'no-space') || record === undefined || !isStale(record)) throw error;
    await freeAtOnce(context, record);
    return settleLocked(context, id);
  }
}

/**
 * A disk that is full, and nothing set aside any more: not even a removal can be written down. What goes with the
 * container gives the space then. When we are killed before that is written it is left without its log and files.
 */
async function freeAtOnce(context: ContainerContext, record: ContainerRecord): Promise<void> {
  makeRoom(context.dirs.database);
  if (!isDiskFull(context.dirs.database) || (isAlive(record.state) && !isStale(record))) return;
  removeLogs(containerDir(context, record.id));
  const snapshots = await context.snapshots();
  const key = snapshotKey(record.id);
  if (isDiskFull(context.dirs.database) && snapshots.has(key)) await emptyLayer(snapshots, key);
}

/** What is in it goes; the layer stays. */
async function emptyLayer(snapshots: Snapshotter, key: string): Promise<void> {
  const { upper } = snapshots.mountPlan(key);
  if (upper === undefined) return;
  for (const name of readdirSync(upper)) await removeTree(join(upper, name));
}

/** The space that was set aside may have gone to what was written down before: its files give some then. */
async function removeLayer(snapshots: Snapshotter, key: string): Promise<void> {
  try {
    await snapshots.remove(key);
  } catch (error) {
    if (!isErrorCode(error, 'no-space')) throw error;
    await emptyLayer(snapshots, key);
    await snapshots.remove(key);
  }
}

/**
 * The same for who holds the lock. The record says `removing` first and goes last: when we are killed on the way,
 * whoever looks next finishes it.
 */
export async function removeLocked(
  context: ContainerContext,
  record: ContainerRecord,
  options: Pick<RemoveOptions, 'volumes'> & {
    /** Its files are only moved away, and go a moment later: unless space is needed at once. */
    readonly soon?: boolean;
  },
): Promise<void> {
  const { id } = record;
  if (record.state !== 'removing') {
    changeRecordAtLast(context, id, (current) => ({
      state: nextState(current, 'remove'),
      run: { bootId: bootId(), owner: ownIdentity(), process: undefined },
    }));
  }
  await removeFiles(context, id, options.soon === true);
  const volumes = record.mounts.some((mount) => mount.type === 'volume')
    ? await context.volumes()
    : undefined;
  const forget = (): void => {
    const last = context.records.get(id) ?? record;
    context.records.delete(id);
    context.names.delete(last.name);
    for (const mount of record.mounts) {
      if (mount.type === 'volume' && mount.name !== undefined) volumes?.forgetUser(mount.name, id);
    }
    context.imageUsers.delete(`${record.imageId}/${id}`);
    context.metadata.journal.append({ type: 'container.removed', ...eventOf(last) });
  };
  withReserve(context.dirs.database, () => context.metadata.transaction(forget));
  if (options.volumes === true) {
    for (const name of record.anonymousVolumes) await volumes?.removeIfUnused(name);
  }
  removeContainerLock(context, id);
  holdReserve(context.dirs.database);
  await sweepLostImage(context, record);
}

/** Layers of an image that was removed by force, with this container still there, were its alone. */
async function sweepLostImage(context: ContainerContext, { imageId }: ContainerRecord): Promise<void> {
  if (imageRecords(context.metadata).images.has(imageId)) return;
  // The container is gone all the same; what is left goes with the next prune.
  await context.sweepImages().catch(() => undefined);
}

async function removeFiles(context: ContainerContext, id: string, soon: boolean): Promise<void> {
  const snapshots = await context.snapshots();
  const dir = containerDir(context, id);
  const key = snapshotKey(id);
  if (snapshots.has(key)) {
    if (soon && !isDiskFull(context.dirs.database)) {
      removeExitPlace(id, dir);
      if (snapshots.discard(key, dir)) return;
    } else await removeLayer(snapshots, key);
  }
  removeExitFolder(id, dir);
  // Its monitor may be writing its last words there.
  rmSync(dir, { recursive: true, force: true, maxRetries: 30, retryDelay: 5 });
}

/** Ends it as `rm -f` does. */
async function killLocked(
  context: ContainerContext,
  record: ContainerRecord,
): Promise<ContainerRecord | undefined> {
  const { id } = record;
  if (record.state === 'restarting') {
    return changeRecordAtLast(context, id, (current) => ({
      state: nextState(current, 'exit'),
      stoppedByHand: true,
    }));
  }
  const process = record.run?.process;
  if (!isAlive(record.state) || process === undefined) return record;
  const runtime = await context.runtime();
  tell(context, { type: 'container.killed', ...eventOf(record), signal: String(constants.signals.SIGKILL) });
  try {
    await runtime.kill(id, constants.signals.SIGKILL, { all: true });
    // A frozen process does not even die.
    if (record.state === 'paused') await runtime.resume(id);
  } catch (error) {
    if (!isErrorCode(error, 'container-not-running')) throw error;
  }
  await runtime.waitExit(id, containerDir(context, id), process);
  const settled = await settleToRemove(context, id);
  // What its policy wants counts no more, and nobody brings it back meanwhile: the lock is ours.
  return settled?.state === 'restarting' ? killLocked(context, settled) : settled;
}
