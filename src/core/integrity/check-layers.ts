import { folderState } from '../host/own-folder.ts';
import { treeUsage } from '../host/tree-usage.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { hashLayer } from '../layers/diff-layer.ts';
import { compareTrees } from './compare-trees.ts';
import { type KnownLayer, knownLayers } from './known-layers.ts';
import { mendLayer } from './mend-layer.ts';
import type { CheckContext, Problem } from './problem.ts';
import { storedBlob, withUnpacked } from './recreate-layer.ts';

/**
 * Every layer that an image or the build cache counts on is unpacked and has the files it was unpacked with. Told by
 * their number and size (`quick`), by comparing where these differ or a file was changed since the layer was committed
 * (`normal`), or by comparing every one (`full`): with its blob, unpacked anew beside it; or, for a layer made here, by
 * its digest.
 */
export async function* checkLayers(context: CheckContext): AsyncGenerator<Problem> {
  const { services, incomplete, counts, signal } = context;
  const { snapshots } = services;
  for (const layer of await knownLayers(context)) {
    signal.throwIfAborted();
    counts.layers += 1;
    const { chainId, images } = layer;
    const isHere = snapshots.has(chainId) && folderState(snapshots.layerDir(chainId)) === 'folder';
    const difference = isHere ? await findDifference(context, layer) : undefined;
    if (isHere && difference === undefined) continue;
    if (!isStillWanted(context, layer)) continue;
    // The build cache forgets a step whose layer is gone, and runs it again.
    if (images.length === 0 && !isHere) continue;
    const isStored = storedBlob(context, layer) !== undefined;
    const isLost = !isStored && !isHere && !hasFolder(context, layer);
    if (!isStored) for (const { id } of images) incomplete.add(id);
    const owner = images.length === 0 ? 'the build cache' : images.map(({ name }) => name).join(', ');
    yield {
      code: isHere ? 'layer-altered' : 'layer-missing',
      severity: 'damage',
      subject: chainId,
      message: isHere
        ? `layer ${chainId} of ${owner} was changed: ${difference}`
        : `layer ${chainId} of ${owner} is not unpacked`,
      remedy: isStored ? 'unpack it again from its blob' : remedyWithoutBlob(layer, isHere),
      done: images.length === 0 ? 'set aside: the build runs its step again' : 'there again',
      mend: isLost
        ? undefined
        : async () => {
            for (const { id } of images) incomplete.add(id);
            await mendLayer(context, layer, isHere);
            for (const { id } of images) incomplete.delete(id);
          },
    };
  }
}

/** Of a layer whose record alone was lost. */
function hasFolder({ services }: CheckContext, { chainId }: KnownLayer): boolean {
  return services.snapshots.strays().folders.some(({ label }) => label?.key === chainId);
}

function remedyWithoutBlob({ images }: KnownLayer, isHere: boolean): string {
  const [image] = images;
  if (image === undefined) return 'set it aside, so that the build runs its step again';
  return isHere
    ? `its blob is not here: set it aside, then ${image.fetchAgain}`
    : `its blob is not here: ${image.fetchAgain}`;
}

/** Names removed since we began are nobody's loss. */
function isStillWanted({ services }: CheckContext, { images }: KnownLayer): boolean {
  return images.length === 0 || images.some(({ id }) => services.images.get(id as never) !== undefined);
}

/** The first thing that is not as it was, in words; undefined when nothing is, or it cannot be told. */
async function findDifference(context: CheckContext, layer: KnownLayer): Promise<string | undefined> {
  const { services, depth, signal } = context;
  const { snapshots } = services;
  const { chainId, diffId } = layer;
  const counted = depth === 'full' ? undefined : await countedDifference(context, chainId);
  if (depth === 'quick') return counted?.words;
  if (depth === 'normal' && counted === undefined) return undefined;
  if ((await hashLayer(layerFolder(snapshots, chainId), signal)).diffId === diffId) return undefined;
  if (storedBlob(context, layer) !== undefined && hasParent(context, layer)) {
    return withUnpacked(context, layer, (fresh) => compareTrees(fresh, snapshots.layerDir(chainId)));
  }
  // Others write their tars in another order: without the blob the digest says nothing of what was pulled, loaded or
  // imported, and those who made a layer are not written down. It counts where something was touched, too.
  const noticed = counted ?? (await countedDifference(context, chainId));
  if (noticed === undefined) return undefined;
  const mayBeMadeHere = layer.blobs.every((blob) => (blob.digest as string) === diffId);
  return noticed.words ?? (mayBeMadeHere ? 'its digest is another' : undefined);
}

function hasParent({ services }: CheckContext, { parent }: KnownLayer): boolean {
  return parent === undefined || services.snapshots.has(parent);
}

/** What makes it worth comparing. No `words`: a file's time of change says nothing yet, a backup brings new ones. */
async function countedDifference(
  { services }: CheckContext,
  chainId: string,
): Promise<{ readonly words: string | undefined } | undefined> {
  const { snapshots } = services;
  // What copies hold is the layers below as well.
  if (snapshots.name !== 'overlay' || snapshots.info(chainId)?.sizeBytes === undefined) return undefined;
  const noted = await snapshots.usage(chainId);
  let changedMs = 0;
  const found = await treeUsage(snapshots.layerDir(chainId), ({ ctimeMs }) => {
    changedMs = Math.max(changedMs, ctimeMs);
  });
  if (noted.sizeBytes !== found.sizeBytes)
    return { words: `its files have ${found.sizeBytes} bytes where ${noted.sizeBytes} were noted` };
  if (noted.inodes !== found.inodes)
    return { words: `it has ${found.inodes} files where ${noted.inodes} were noted` };
  return changedMs > (snapshots.committedMs(chainId) ?? changedMs) ? { words: undefined } : undefined;
}
