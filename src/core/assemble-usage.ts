import type { ImageId } from '../oci/digest.ts';
import { buildCacheRoots } from './build/solver/cache-roots.ts';
import { containerRoots } from './containers/container-roots.ts';
import { type StoreUsage, storeUsage } from './images/content-usage.ts';
import type { CoreParts } from './open-core.ts';

/** What images keep, with all parts heard that need something of it. */
export async function assembleUsage(
  parts: CoreParts,
  unusedImages: ReadonlySet<ImageId>,
): Promise<StoreUsage> {
  const services = await parts.services();
  const { metadata } = services;
  return storeUsage(services, [buildCacheRoots(metadata), containerRoots(services)], unusedImages);
}
