import type { BuildCacheEntry } from '../../../engine/builds.ts';
import type { ChainId } from '../../../oci/digest.ts';
import { chainIds } from '../../../oci/sha256.ts';
import type { CoreServices } from '../../core-services.ts';
import { listCacheMounts } from './cache-mounts.ts';
import { type CacheRecord, cacheRecords } from './cache-records.ts';

/** A layer of the build cache: one line, however many keys lead to it. */
export interface LayerRow {
  readonly entry: BuildCacheEntry;
  readonly chainId: ChainId;
  readonly keys: readonly string[];
}

/** Digits of a key that people see. */
const shownDigits = 25;

/** Layers and cache mounts the build cache keeps, the newest use first. Steps without files are not worth a line. */
export async function listCache(services: CoreServices): Promise<readonly BuildCacheEntry[]> {
  const layers = layerRows(services).map(({ entry }) => entry);
  const mounts = await listCacheMounts(services.dirs);
  return [...layers, ...mounts].sort((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : -1));
}

/** `goneImages`: as if these, by ID, were not there. */
export function layerRows(
  services: CoreServices,
  goneImages: ReadonlySet<string> = new Set(),
): readonly LayerRow[] {
  const shared = imageChainsOf(services, goneImages);
  const leased = services.metadata.leases.protectedResources().snapshots;
  const byLayer = new Map<ChainId, (readonly [string, CacheRecord])[]>();
  for (const [key, record] of cacheRecords(services.metadata).entries()) {
    if (record.layer === undefined) continue;
    const { chainId } = record.layer;
    byLayer.set(chainId, [...(byLayer.get(chainId) ?? []), [key, record]]);
  }
  return [...byLayer].map(([chainId, records]) => {
    const [key, record] = records.reduce((newest, one) =>
      newest[1].lastUsedAt < one[1].lastUsedAt ? one : newest,
    );
    const entry: BuildCacheEntry = {
      id: key.slice(0, shownDigits),
      type: 'regular',
      description: record.description,
      sizeBytes: services.snapshots.info(chainId)?.sizeBytes ?? record.layer?.tarBytes ?? 0,
      createdAt: record.createdAt,
      lastUsedAt: record.lastUsedAt,
      inUse: shared.has(chainId) || leased.has(chainId),
      shared: shared.has(chainId),
    };
    return { entry, chainId, keys: records.map(([one]) => one) };
  });
}

function imageChainsOf({ images }: CoreServices, gone: ReadonlySet<string>): ReadonlySet<string> {
  const left = images.list().filter(({ id }) => !gone.has(id));
  return new Set(left.flatMap(({ diffIds }) => chainIds(diffIds)));
}
