import { buildCacheRoots } from './build/solver/cache-roots.ts';
import { containerRoots } from './containers/container-roots.ts';
import type { GarbageRoots, GarbageServices } from './images/garbage.ts';
import { collectGarbage } from './images/prune-images.ts';

/** Removes the layers and blobs that no image, container or step of the cache needs any more. */
export async function sweepImages(services: GarbageServices): Promise<void> {
  const roots: readonly GarbageRoots[] = [buildCacheRoots(services.metadata), containerRoots(services)];
  await collectGarbage(services, roots);
}
