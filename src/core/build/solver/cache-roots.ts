import type { GarbageRoots } from '../../images/garbage.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { type CacheRecord, cacheRecords } from './cache-records.ts';

/** What the build cache keeps from being collected: the snapshots of its layers. */
export function buildCacheRoots(metadata: Metadata, without: ReadonlySet<string> = new Set()): GarbageRoots {
  return () => {
    const layers = [...cacheRecords(metadata).entries()]
      .filter(([key]) => !without.has(key))
      .map(([, record]: readonly [string, CacheRecord]) => record.layer)
      .filter((layer) => layer !== undefined);
    return {
      content: [],
      snapshots: layers.map(({ chainId }) => chainId),
      diffIds: layers.map(({ diffId }) => diffId),
    };
  };
}
