import type { Images } from '../engine/images.ts';
import { buildCacheRoots } from './build/solver/cache-roots.ts';
import { imageUsage } from './containers/image-usage.ts';
import { createImages } from './images/create-images.ts';
import type { GarbageRoots } from './images/garbage.ts';
import type { CoreParts } from './open-core.ts';
import { createTransfers } from './transfer/create-transfers.ts';

/** The port's images, told who uses them: containers by their records, and what the build cache keeps. */
export async function assembleImages(parts: CoreParts): Promise<Images> {
  const services = await parts.services();
  // Only what collects needs to look after containers; a list does not load what runs them.
  const ofContainers: GarbageRoots = async (options) =>
    (await import('./containers/container-roots.ts')).containerRoots(services)(options);
  const roots = [buildCacheRoots(services.metadata), ofContainers];
  return createImages(services, {
    usage: imageUsage(services.metadata),
    roots,
    transfers: createTransfers(services, { registry: parts.registry, roots }),
  });
}
