import { rmSync } from 'node:fs';
import { isErrorKind } from '../../base/is-error-code.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import { removeExitFolder } from '../runtime/conmon/exit-place.ts';
import { volumeRecords } from '../volumes/volume-record.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import { findContainerId, onlyOne } from './find-container.ts';
import { lockContainer, removeContainerLock } from './lock-container.ts';

/**
 * The ID of a container whose record cannot be read, or is lost while its folder or layer is there; undefined when it is
 * neither. Nothing but a removal by force may take such a one away.
 */
export async function findRemains(context: ContainerContext, idOrName: string): Promise<string | undefined> {
  const id = findContainerId(context, idOrName);
  if (id !== undefined) return isReadable(context, id) ? undefined : id;
  if (!/^[0-9a-f]{1,64}$/.test(idOrName)) return undefined;
  const leased = context.metadata.leases.protectedResources().snapshots;
  const folders = ownNamesIn(context.dirs.containers).filter(
    (name) => name.startsWith(idOrName) && !leased.has(snapshotKey(name)),
  );
  const found = onlyOne(folders, idOrName);
  if (found !== undefined || idOrName.length !== 64 || leased.has(snapshotKey(idOrName))) return found;
  const snapshots = await context.snapshots();
  const key = snapshotKey(idOrName);
  const hasLayer = snapshots.has(key) || snapshots.strays().folders.some(({ label }) => label?.key === key);
  return hasLayer ? idOrName : undefined;
}

/** Ends what runs of it and removes all there is, by its ID alone. Volumes stay. */
export async function removeRemains(
  context: ContainerContext,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  using _lock = await lockContainer(context, id, signal);
  const dir = containerDir(context, id);
  await (await context.runtime()).delete(id, dir, { force: true });
  const snapshots = await context.snapshots();
  const key = snapshotKey(id);
  if (snapshots.has(key)) await snapshots.remove(key);
  for (const { path, label } of snapshots.strays().folders) {
    if (label?.key === key) await snapshots.removeStray(path);
  }
  removeExitFolder(id, dir);
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 5 });
  forget(context, id);
  await (await context.networking()).releaseAll(id);
  removeContainerLock(context, id);
}

/** Whatever names it. */
function forget(context: ContainerContext, id: string): void {
  const { metadata, names, records, imageUsers } = context;
  const { users } = volumeRecords(metadata);
  metadata.transaction(() => {
    const name = names.keys().find((known) => names.get(known) === id);
    records.delete(id);
    if (name !== undefined) names.delete(name);
    for (const index of [imageUsers, users]) {
      for (const key of index.keys()) if (key.endsWith(`/${id}`)) index.delete(key);
    }
    metadata.journal.append({ type: 'container.removed', id, name: name ?? '', image: '' });
  });
}

function isReadable(context: ContainerContext, id: string): boolean {
  try {
    return context.records.get(id) !== undefined;
  } catch (error) {
    if (isErrorKind(error, 'corrupt')) return false;
    throw error;
  }
}
