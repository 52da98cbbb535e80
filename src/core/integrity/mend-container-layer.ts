import { GantryError } from '../../base/gantry-error.ts';
import { snapshotKey } from '../containers/container-context.ts';
import type { ContainerRecord } from '../containers/container-record.ts';
import { isAlive } from '../containers/lifecycle.ts';
import { lockContainer } from '../containers/lock-container.ts';
import { folderState } from '../host/own-folder.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import type { CheckContext } from './problem.ts';

/** Whether a container's read-write layer is there, record and folder. */
export function hasLayer(snapshots: Snapshotter, id: string): boolean {
  const key = snapshotKey(id);
  return snapshots.has(key) && folderState(snapshots.layerDir(key)) === 'folder';
}

/** Takes back the layer whose record was lost; where its files are gone, gives the container an empty one. */
export async function mendContainerLayer(
  { containers, services, signal }: CheckContext,
  id: string,
): Promise<void> {
  const { snapshots, images } = services;
  const key = snapshotKey(id);
  using _lock = await lockContainer(containers, id, signal);
  const record = containers.records.get(id);
  if (record === undefined || hasLayer(snapshots, id)) return;
  if (!snapshots.has(key) && snapshots.adopt(key)) return;
  refuseIfAlive(record);
  const image = images.get(record.imageId as never);
  if (image === undefined) throw cannot(`its image is gone as well: gantry rm ${record.name}`);
  if (snapshots.has(key)) {
    if (folderState(snapshots.layerDir(key)) === 'link')
      throw cannot(`${snapshots.layerDir(key)} is a symbolic link: put the folder itself there`);
    await snapshots.remove(key);
  }
  await snapshots.prepare(key, image.topChainId);
}

/** What it wrote may still be seen by its processes, and by nobody else. */
function refuseIfAlive({ name, state }: ContainerRecord): void {
  if (!isAlive(state)) return;
  throw cannot(`it runs: save what it still sees with "gantry export ${name}", stop it, and mend again`);
}

function cannot(message: string): GantryError {
  return new GantryError({ kind: 'conflict', code: 'layer-lost', message });
}
