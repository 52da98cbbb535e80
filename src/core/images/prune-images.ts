import { filterKeys } from '../../engine/filter-keys.ts';
import type { Filters } from '../../engine/filters.ts';
import type { ImagePruneReport, RemovedImage } from '../../engine/images.ts';
import type { ImageId } from '../../oci/digest.ts';
import { requireStoreFolders } from '../host/store-folders.ts';
import { beginCollection } from '../metadata/garbage-lock.ts';
import { noSuchImage } from './find-image.ts';
import {
  contentOf,
  findGarbage,
  type Garbage,
  type GarbageRoots,
  type GarbageServices,
  sweep,
} from './garbage.ts';
import { filterImages, wantsDangling } from './image-filters.ts';
import { dropImage, type ImageRecord, imageOf, imageRecords } from './image-records.ts';
import type { Image } from './image-store.ts';
import { type ContainerUsage, familiar } from './summarize-image.ts';

export interface PruneRequest {
  /** Not only dangling ones: all that no container uses. */
  readonly all: boolean;
  readonly filters: Filters;
  readonly dryRun: boolean;
  /** As if these were gone; for `dryRun`. */
  readonly goneContainers: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes images nobody uses, and then all that no image needs any more, with `all` half downloads too. With filters
 * only what the filtered images alone needed. `dryRun` tells the same and removes nothing.
 */
export async function pruneImages(
  services: GarbageServices,
  usage: ContainerUsage,
  roots: readonly GarbageRoots[],
  request: PruneRequest,
): Promise<ImagePruneReport> {
  requireStoreFolders(services.dirs);
  using _ = await beginCollection(services, request.signal);
  const { metadata } = services;
  const gone = { goneContainers: request.goneContainers };
  const before = isFiltered(request) ? await findGarbage(services, roots, gone) : undefined;
  const records = imageRecords(metadata);
  const dropped = new Map<ImageId, ImageRecord>();
  const victims = metadata.transaction(() => {
    const chosen = chooseImages(services, usage, request);
    for (const { id } of chosen) {
      const record = records.images.get(id);
      if (record !== undefined) dropped.set(id, record);
    }
    if (request.dryRun) return chosen;
    for (const image of chosen) {
      for (const name of image.references)
        metadata.journal.append({ type: 'image.untagged', id: image.id, name });
      dropImage(records, image.id);
      metadata.journal.append({ type: 'image.deleted', id: image.id, name: undefined });
    }
    return chosen;
  });
  const all = await findGarbage(services, roots, {
    without: new Set(victims.map(({ id }) => id)),
    ...gone,
    ...(request.all ? { partialsOlderThanMs: 0 } : {}),
  });
  const garbage = before === undefined ? all : withoutEarlier(all, before);
  const reclaimedBytes = await sizeOf(services, garbage);
  const owned = new Set<string>();
  for (const [id, record] of dropped) {
    for (const digest of await contentOf(id, record, services.content)) owned.add(digest);
  }
  if (!request.dryRun) {
    await sweep(services, garbage);
    metadata.journal.append({ type: 'image.pruned', reclaimed: reclaimedBytes });
  }
  const removed = victims.flatMap((image): RemovedImage[] => [
    ...[...image.references, ...image.repoDigests].map((name) => ({
      action: 'untagged' as const,
      target: familiar(name),
    })),
    { action: 'deleted', target: image.id },
  ]);
  return {
    removed: [...removed, ...layersOf(garbage)],
    strayBlobs: garbage.content
      .filter(({ digest }) => !owned.has(digest))
      .map(({ digest, sizeBytes }) => ({ digest, sizeBytes })),
    partDownloads: garbage.strays.flatMap(({ digest, sizeBytes }) =>
      digest === undefined ? [] : [{ digest, sizeBytes }],
    ),
    reclaimedBytes,
  };
}

/**
 * Removes what no image needs any more, after a removal. Result: the layers that went, topmost first.
 */
export async function collectGarbage(
  services: GarbageServices,
  roots: readonly GarbageRoots[],
  signal?: AbortSignal,
): Promise<readonly RemovedImage[]> {
  requireStoreFolders(services.dirs);
  using _ = await beginCollection(services, signal);
  const garbage = await findGarbage(services, roots);
  await sweep(services, garbage);
  return layersOf(garbage);
}

/** `dangling` says no more than `all` does. */
function isFiltered({ filters }: PruneRequest): boolean {
  return Object.entries(filters).some(([key, values]) => key !== 'dangling' && values.length > 0);
}

/** What nobody needed before is nobody's, and so nothing that the filters speak of. */
function withoutEarlier(all: Garbage, before: Garbage): Garbage {
  const content = new Set<string>(before.content.map(({ digest }) => digest));
  const snapshots = new Set(before.snapshots.map(({ key }) => key));
  const layerBlobs = new Set(before.layerBlobs);
  return {
    content: all.content.filter(({ digest }) => !content.has(digest)),
    snapshots: all.snapshots.filter(({ key }) => !snapshots.has(key)),
    layerBlobs: all.layerBlobs.filter((diffId) => !layerBlobs.has(diffId)),
    strays: [],
  };
}

/** What killed work was filling goes without a word: nobody has ever seen it. */
function layersOf({ snapshots }: Garbage): readonly RemovedImage[] {
  return snapshots
    .filter(({ kind }) => kind === 'committed')
    .map(({ key }) => ({ action: 'deleted', target: key }));
}

function chooseImages(
  services: GarbageServices,
  usage: ContainerUsage,
  request: PruneRequest,
): readonly Image[] {
  const records = imageRecords(services.metadata);
  const images = [...records.images.entries()].map(([id, record]) => imageOf(id as ImageId, record));
  const { dangling: _, ...filters } = request.filters;
  const context = {
    nowMs: Date.now(),
    resolve: (reference: string): Image => {
      throw noSuchImage(reference);
    },
  };
  // As in Docker, `dangling=false` is another way to say `all`.
  const all = request.all || wantsDangling(request.filters) === false;
  return filterImages(images, filters, filterKeys.imagesPrune, context)
    .map(({ image }) => image)
    .filter((image) => all || image.references.length === 0)
    .filter(({ id }) => !usage.of(id).some((user) => !request.goneContainers.has(user.id)));
}

async function sizeOf({ snapshots }: GarbageServices, garbage: Garbage): Promise<number> {
  let total = [...garbage.content, ...garbage.strays].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { key, sizeBytes } of garbage.snapshots.filter(({ kind }) => kind === 'committed'))
    total += sizeBytes ?? (await snapshots.usage(key)).sizeBytes;
  return total;
}
