import type { BuildCacheEntry } from '../../../engine/builds.ts';
import { checkFilterKeys, filterKeys } from '../../../engine/filter-keys.ts';
import type { Filters } from '../../../engine/filters.ts';
import type { ImageId } from '../../../oci/digest.ts';
import type { CoreServices } from '../../core-services.ts';
import { requireStoreFolders } from '../../host/store-folders.ts';
import { findGarbage, type GarbageRoots } from '../../images/garbage.ts';
import { beginCollection } from '../../metadata/garbage-lock.ts';
import { cacheMatcher } from './cache-filters.ts';
import { listCacheMounts, removeCacheMounts } from './cache-mounts.ts';
import { cacheRecords } from './cache-records.ts';
import { buildCacheRoots } from './cache-roots.ts';
import { type LayerRow, layerRows } from './cache-rows.ts';

/** Steps without files cost next to nothing: they are forgotten when nobody has used them for so long. */
const idleMs = 30 * 24 * 3600 * 1000;

export interface CachePruning {
  readonly removed: readonly string[];
  readonly reclaimedBytes: number;
}

export interface CachePruneOptions {
  readonly all: boolean;
  readonly filters: Filters;
  readonly keepBytes: number;
  readonly dryRun: boolean;
  readonly goneImages: ReadonlySet<string>;
  readonly goneContainers: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Forgets layers that no image uses, or all of them and the cache mounts with `all`, and removes those nobody needs
 * then. `filters` choose among them; what was used last stays within `keepBytes`. `dryRun` says what would go. Builds at
 * work keep what they use.
 */
export async function pruneCache(
  services: CoreServices,
  roots: readonly GarbageRoots[],
  options: CachePruneOptions,
): Promise<CachePruning> {
  const { dirs, metadata, snapshots } = services;
  checkFilterKeys(options.filters, filterKeys.cachePrune);
  const isMeant = cacheMatcher(options.filters);
  requireStoreFolders(dirs);
  using _ = await beginCollection(services, options.signal);
  const records = cacheRecords(metadata);
  const { layers, mounts } = await chooseGoing(services, isMeant, options);
  const forgotten = forgottenSteps(services, options);
  const going = [...layers.flatMap(({ keys }) => keys), ...forgotten];
  const chains = new Set<string>(layers.map(({ chainId }) => chainId));
  const left = buildCacheRoots(metadata, new Set(going));
  const garbage = await findGarbage(services, [...roots, left], {
    without: options.goneImages as ReadonlySet<ImageId>,
    goneContainers: options.goneContainers,
  });
  const removable = garbage.snapshots.filter(({ key }) => chains.has(key));

  let reclaimedBytes = 0;
  for (const { key, sizeBytes } of removable) {
    reclaimedBytes += sizeBytes ?? (await snapshots.usage(key)).sizeBytes;
  }
  for (const { sizeBytes } of mounts) reclaimedBytes += sizeBytes;
  const mountIds = mounts.map(({ id }) => id);
  if (!options.dryRun) {
    metadata.transaction(() => {
      for (const key of going) records.delete(key);
    });
    await snapshots.removeUnused(
      removable.map(({ key }) => key),
      (key) => metadata.leases.wasProtected({ kind: 'snapshot', key }),
    );
    await removeCacheMounts(dirs, mountIds);
  }
  return { removed: [...layers.map(({ entry }) => entry.id), ...mountIds], reclaimedBytes };
}

interface Going {
  readonly layers: readonly LayerRow[];
  readonly mounts: readonly BuildCacheEntry[];
}

/** Cache mounts go with `all`, or when somebody asks for them by their type. */
async function chooseGoing(
  services: CoreServices,
  isMeant: (entry: BuildCacheEntry) => boolean,
  { all, filters, keepBytes, goneImages }: CachePruneOptions,
): Promise<Going> {
  const leased = services.metadata.leases.protectedResources().snapshots;
  const rows = layerRows(services, goneImages);
  const uses = layerUses(rows, services);
  const mounts = await listCacheMounts(services.dirs);
  const withMounts = all || filters['type'] !== undefined;
  const candidates = [
    ...rows
      .filter(({ entry, chainId }) => !leased.has(chainId) && (all || !entry.shared) && isMeant(entry))
      .map((row) => ({ row, entry: row.entry, use: uses.get(row.chainId) })),
    ...mounts
      .filter((entry) => withMounts && !entry.inUse && isMeant(entry))
      .map((entry) => ({ row: undefined, entry, use: undefined })),
  ].map(({ row, entry, use }) => ({ row, entry, use: use ?? { last: entry.lastUsedAt, depth: 0 } }));
  if (keepBytes > 0) candidates.sort((a, b) => compare(a.use.last, b.use.last) || b.use.depth - a.use.depth);
  // What an image has too is counted there.
  const own = [...rows.map(({ entry }) => entry), ...mounts].filter(({ shared }) => !shared);
  let totalBytes = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const going = candidates.filter(({ entry }) => {
    if (keepBytes > 0 && totalBytes <= keepBytes) return false;
    if (!entry.shared) totalBytes -= entry.sizeBytes;
    return true;
  });
  return {
    layers: going.flatMap(({ row }) => (row === undefined ? [] : [row])),
    mounts: going.flatMap(({ row, entry }) => (row === undefined ? [entry] : [])),
  };
}

interface LayerUse {
  readonly last: string;
  /** Layers below. */
  readonly depth: number;
}

/** A layer is used by those that stand on it: it goes after them, for nothing is gained by it before. */
function layerUses(rows: readonly LayerRow[], { snapshots }: CoreServices): ReadonlyMap<string, LayerUse> {
  const uses = new Map<string, LayerUse>();
  for (const { chainId, entry } of rows) {
    const below: string[] = [];
    for (let key: string | undefined = chainId; key !== undefined; key = snapshots.info(key)?.parent) {
      below.push(key);
    }
    for (const [at, key] of below.entries()) {
      const known = uses.get(key)?.last ?? '';
      const last = compare(known, entry.lastUsedAt) < 0 ? entry.lastUsedAt : known;
      uses.set(key, { last, depth: below.length - at });
    }
  }
  return uses;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Steps that changed no files. */
function forgottenSteps(
  { metadata }: CoreServices,
  { all, filters, keepBytes }: CachePruneOptions,
): readonly string[] {
  const isMeant = cacheMatcher(filters);
  const isWhole = all && keepBytes === 0;
  const idleBefore = new Date(Date.now() - idleMs).toISOString();
  return [...cacheRecords(metadata).entries()].flatMap(
    ([key, { layer, lastUsedAt, createdAt, description }]) => {
      if (layer !== undefined || (!isWhole && lastUsedAt >= idleBefore)) return [];
      const nothing = { id: key, type: 'regular', sizeBytes: 0, inUse: false, shared: false } as const;
      return isMeant({ ...nothing, description, createdAt, lastUsedAt }) ? [key] : [];
    },
  );
}
