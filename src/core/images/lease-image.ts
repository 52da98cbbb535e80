import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { Lease } from '../metadata/metadata.ts';
import { noSuchImage } from './find-image.ts';
import type { Image, ImageStore } from './image-store.ts';

/**
 * Protects all there is of an image for as long as the lease is held, and reads its manifest. Throws `not-found` /
 * `image-not-found` when it was removed before that, also where that shows only halfway.
 */
export async function leaseImage(
  images: ImageStore,
  lease: Lease,
  { id }: Pick<Image, 'id'>,
): Promise<{ readonly descriptor: Descriptor; readonly manifest: Manifest }> {
  const image = images.get(id);
  if (image === undefined) throw noSuchImage(id);
  const descriptor = images.descriptor(id);
  lease.protect({ kind: 'content', key: descriptor.digest });
  for (const key of chainIds(image.diffIds)) lease.protect({ kind: 'snapshot', key });
  const hasChanged = (): boolean => images.get(id)?.manifestDigest !== descriptor.digest;
  try {
    const manifest = await images.manifest(id);
    for (const { digest } of [manifest.config, ...manifest.layers]) {
      lease.protect({ kind: 'content', key: digest });
    }
    if (!hasChanged()) return { descriptor, manifest };
  } catch (error) {
    if (GantryError.from(error).kind !== 'not-found' || !hasChanged()) throw error;
  }
  // A push of the same image gave it another manifest meanwhile: that one then.
  if (images.get(id) !== undefined) return leaseImage(images, lease, { id });
  throw noSuchImage(image.references[0] ?? id);
}
