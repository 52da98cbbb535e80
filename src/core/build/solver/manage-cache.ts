import type { BuildCacheEntry } from '../../../engine/builds.ts';
import { checkFilterKeys, filterKeys } from '../../../engine/filter-keys.ts';
import { filterTime } from '../../../engine/filter-time.ts';
import type { Filters } from '../../../engine/filters.ts';
import type { ImageId } from '../../../oci/digest.ts';
import { chainIds } from '../../../oci/sha256.ts';
import type { CoreServices } from '../../core-services.ts';
import { requireStoreFolders } from '../../host/store-folders.ts';
import { findGarbage, type GarbageRoots } from '../../images/garbage.ts';
import { beginCollection } from '../../metadata/garbage-lock.ts';
import { listCacheMounts, removeCacheMounts } from './cache-mounts.ts';
import { type CacheRecord, cacheRecords } from './cache-records.ts';
import { buildCacheRoots } from './cache-roots.ts';

/** Digits of a key that people see. */
const shownDigits = 25;
/** Steps without files cost next to nothing: they are forgotten when nobody has used them for so long. */
const idleMs = 30 * 24 * 3600 * 1000;

/** Layers and cache mounts the build cache keeps, the newest use first. Steps without files are not worth a line. */
export async function listCache(services: CoreServices): Promise<readonly BuildCacheEntry[]> {
  const shared = imageChainsOf(services);
  const leased = services.metadata.leases.protectedResources().snapshots;
  const byLayer = new Map<string, readonly [string, CacheRecord]>();
  for (const [key, record] of cacheRecords(services.metadata).entries()) {
    if (record.layer === undefined) continue;
    const known = byLayer.get(record.layer.chainId);
    if (known === undefined || known[1].lastUsedAt < record.lastUsedAt) {
      byLayer.set(record.layer.chainId, [key, record]);
    }
  }
  const layers = [...byLayer.entries()].map(([chainId, [key, record]]) => ({
    id: key.slice(0, shownDigits),
    description: record.description,
    sizeBytes: services.snapshots.info(chainId)?.sizeBytes ?? record.layer?.tarBytes ?? 0,
    createdAt: record.createdAt,
    lastUsedAt: record.lastUsedAt,
    inUse: shared.has(chainId) || leased.has(chainId),
    shared: shared.has(chainId),
  }));
  const mounts = await listCacheMounts(services.dirs);
  return [...layers, ...mounts].sort((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : -1));
}

export interface CachePruning {
  readonly removed: readonly string[];
  readonly reclaimedBytes: number;
}

/**
 * Forgets steps whose layer no image uses, or all of them and the cache mounts with `all`, and removes layers nobody
 * needs then; with `until` only of what was last used before. `dryRun` says what would go. Builds at work keep what they use.
 */
export async function pruneCache(
  services: CoreServices,
  roots: readonly GarbageRoots[],
  options: {
    readonly all: boolean;
    readonly filters: Filters;
    readonly dryRun: boolean;
    readonly goneImages: ReadonlySet<string>;
    readonly goneContainers: ReadonlySet<string>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CachePruning> {
  const { dirs, metadata, snapshots } = services;
  checkFilterKeys(options.filters, filterKeys.cachePrune);
  const isMeant = usedBefore(options.filters);
  requireStoreFolders(dirs);
  using _ = await beginCollection(services, options.signal);
  const records = cacheRecords(metadata);
  const imageChains = imageChainsOf(services, options.goneImages);
  const leased = metadata.leases.protectedResources().snapshots;
  const forgottenBefore = new Date(Date.now() - idleMs).toISOString();
  const goes = ({ layer, lastUsedAt }: CacheRecord): boolean =>
    layer === undefined
      ? options.all || lastUsedAt < forgottenBefore
      : !leased.has(layer.chainId) && (options.all || !imageChains.has(layer.chainId));
  const going = new Map([...records.entries()].filter(([, record]) => isMeant(record) && goes(record)));
  const chains = new Set(
    [...going.values()].flatMap(({ layer }) => (layer === undefined ? [] : [layer.chainId])),
  );
  const left = buildCacheRoots(metadata, new Set(going.keys()));
  const garbage = await findGarbage(services, [...roots, left], {
    without: options.goneImages as ReadonlySet<ImageId>,
    goneContainers: options.goneContainers,
  });
  const removable = garbage.snapshots.filter(({ key }) => chains.has(key as never));

  let reclaimedBytes = 0;
  for (const { key, sizeBytes } of removable) {
    reclaimedBytes += sizeBytes ?? (await snapshots.usage(key)).sizeBytes;
  }
  const mounts = options.all
    ? (await listCacheMounts(dirs)).filter((mount) => !mount.inUse && isMeant(mount))
    : [];
  for (const { sizeBytes } of mounts) reclaimedBytes += sizeBytes;
  if (!options.dryRun) {
    metadata.transaction(() => {
      for (const key of going.keys()) records.delete(key);
    });
    await snapshots.removeUnused(
      removable.map(({ key }) => key),
      (key) => metadata.leases.wasProtected({ kind: 'snapshot', key }),
    );
    await removeCacheMounts(
      dirs,
      mounts.map(({ id }) => id),
    );
  }
  const removed = [...going]
    .filter(([, { layer }]) => layer !== undefined)
    .map(([key]) => key.slice(0, shownDigits));
  return { removed: [...removed, ...mounts.map(({ id }) => id)], reclaimedBytes };
}

/** `until`, of all that are given the earliest. */
function usedBefore(filters: Filters): (entry: { readonly lastUsedAt: string }) => boolean {
  const until = Math.min(...(filters['until'] ?? []).map((text) => filterTime(text, Date.now())));
  return ({ lastUsedAt }) => Date.parse(lastUsedAt) < until;
}

function imageChainsOf({ images }: CoreServices, gone: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const left = images.list().filter(({ id }) => !gone.has(id));
  return new Set(left.flatMap(({ diffIds }) => chainIds(diffIds)));
}
