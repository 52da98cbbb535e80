import type { LayerFolder } from '../layers/layer-io.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';

/** Where a snapshot's own layer is to be read from, whichever way layers are stacked. */
export function layerFolder(snapshots: Snapshotter, key: string): LayerFolder {
  const layerDir = snapshots.layerDir(key);
  const parent = snapshots.info(key)?.parent;
  if (snapshots.name === 'overlay' || parent === undefined) return { layerDir };
  return { layerDir, baseDir: snapshots.layerDir(parent) };
}
