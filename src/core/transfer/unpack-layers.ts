import { GantryError } from '../../base/gantry-error.ts';
import type { ChainId, DiffId } from '../../oci/digest.ts';
import { chainId } from '../../oci/sha256.ts';
import { randomHex } from '../host/random-hex.ts';
import type { AppliedLayer, ApplyOptions } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';

/** What unpacking is told by whoever prepared the place for it. */
export type UnpackOptions = Pick<ApplyOptions, 'whiteouts' | 'lowerDirs' | 'onWritten'>;

/** One layer on its way to a snapshot. */
export interface LayerToUnpack {
  readonly diffId: DiffId;
  /** Unpacks it into the folder; called only when its snapshot is not there. */
  apply(targetDir: string, options: UnpackOptions): Promise<AppliedLayer>;
  /** Its snapshot is there already. */
  onExists?(): void;
  onDone?(): void;
}

/**
 * Makes the snapshots of an image's layers, lowest first; those that are there are kept. The lease protects each from
 * garbage collection. Result: the chain ID of the top, undefined without layers. A layer whose content is not what
 * its diff ID says is `corrupt` / `diff-id-mismatch`; its snapshot is dropped.
 */
export async function unpackLayers(
  snapshots: Snapshotter,
  lease: Lease,
  layers: readonly LayerToUnpack[],
): Promise<ChainId | undefined> {
  let parent: ChainId | undefined;
  for (const layer of layers) {
    const name = chainId(parent, layer.diffId);
    lease.protect({ kind: 'snapshot', key: name });
    if (snapshots.has(name)) layer.onExists?.();
    else await unpackLayer(snapshots, lease, layer, parent, name);
    parent = name;
  }
  return parent;
}

/** One of them, whose parent is there and which is not. `name` is its chain ID. */
export async function unpackLayer(
  snapshots: Snapshotter,
  lease: Lease,
  layer: LayerToUnpack,
  parent: ChainId | undefined,
  name: ChainId,
): Promise<AppliedLayer> {
  const key = `unpack-${randomHex(8)}`;
  lease.protect({ kind: 'snapshot', key });
  await snapshots.prepare(key, parent);
  let applied: AppliedLayer;
  try {
    applied = await unpackInto(snapshots, key, parent, layer);
    await snapshots.commit(key, name, applied);
  } catch (error) {
    await snapshots.remove(key);
    throw error;
  }
  layer.onDone?.();
  return applied;
}

/** Unpacks a layer into the snapshot that was prepared for it, and checks that it is the one it should be. */
export async function unpackInto(
  snapshots: Snapshotter,
  key: string,
  parent: ChainId | undefined,
  { diffId, apply }: Pick<LayerToUnpack, 'diffId' | 'apply'>,
): Promise<AppliedLayer> {
  // The lowest layer has nothing to hide; seen without overlayfs, its whiteouts would be devices.
  const whiteouts = snapshots.name === 'overlay' && parent !== undefined ? 'overlay' : 'delete';
  const lowerDirs = parent === undefined || whiteouts === 'delete' ? [] : layerDirs(snapshots, parent);
  const onWritten = (bytes: number) => snapshots.wrote(bytes);
  const applied = await apply(snapshots.layerDir(key), { whiteouts, lowerDirs, onWritten });
  if (applied.diffId !== diffId) throw mismatch(diffId, applied.diffId);
  return applied;
}

function layerDirs(snapshots: Snapshotter, top: ChainId): readonly string[] {
  const plan = snapshots.mountPlan(top);
  return plan.folder === undefined ? plan.lower : [plan.folder];
}

function mismatch(expected: DiffId, actual: DiffId): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'diff-id-mismatch',
    message: `layer content is ${actual} where the image config says ${expected}`,
    hint: 'The image is broken or was tampered with. Do not use it.',
  });
}
