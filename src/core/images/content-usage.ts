import type { ContentUsage } from '../../engine/system.ts';
import type { ImageId } from '../../oci/digest.ts';
import { findGarbage, type GarbageRoots, type GarbageServices } from './garbage.ts';

/** What lies in the content store, and what is left of layers that no image has. */
export interface StoreUsage extends ContentUsage {
  /** Unpacked layers nobody would need; those of the unused images among them. */
  readonly strayLayers: readonly { readonly key: string; readonly sizeBytes: number }[];
}

/**
 * The bytes that images take beside their unpacked layers. Reclaimable is what nobody would need if `unusedImages` were
 * gone; what somebody downloads right now is no leftover and not counted.
 */
export async function storeUsage(
  services: GarbageServices,
  roots: readonly GarbageRoots[],
  unusedImages: ReadonlySet<ImageId>,
): Promise<StoreUsage> {
  const garbage = await findGarbage(services, roots, { without: unusedImages, partialsOlderThanMs: 0 });
  const blobs = { count: 0, sizeBytes: 0, reclaimableBytes: sum(garbage.content) };
  for await (const { sizeBytes } of services.content.list()) {
    blobs.count += 1;
    blobs.sizeBytes += sizeBytes;
  }
  return {
    blobs,
    partDownloads: { count: garbage.strays.length, sizeBytes: sum(garbage.strays) },
    strayLayers: garbage.snapshots.flatMap(({ key, sizeBytes }) =>
      sizeBytes === undefined ? [] : [{ key, sizeBytes }],
    ),
  };
}

function sum(some: readonly { readonly sizeBytes: number }[]): number {
  return some.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
