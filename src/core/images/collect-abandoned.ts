import { layerBlobs } from '../layers/layer-blob-records.ts';
import { beginCollection } from '../metadata/garbage-lock.ts';
import type { LeasedResource } from '../metadata/metadata.ts';
import { findGarbage, type GarbageRoots, type GarbageServices, sweep } from './garbage.ts';

/** After work that failed: removes what it had brought, but for what somebody else needs, and nothing besides. */
export async function collectAbandoned(
  services: GarbageServices,
  roots: readonly GarbageRoots[],
  brought: readonly LeasedResource[],
): Promise<void> {
  const keys = { content: new Set<string>(), snapshot: new Set<string>() };
  for (const { kind, key } of brought) keys[kind].add(key);
  using _ = await beginCollection(services);
  const garbage = await findGarbage(services, roots);
  const blobs = layerBlobs(services.metadata);
  await sweep(services, {
    content: garbage.content.filter(({ digest }) => keys.content.has(digest)),
    snapshots: garbage.snapshots.filter(({ key }) => keys.snapshot.has(key)),
    layerBlobs: garbage.layerBlobs.filter((diffId) => keys.content.has(blobs.get(diffId)?.digest ?? '')),
    strays: [],
  });
}
