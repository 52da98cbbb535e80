import { GantryError } from '../../base/gantry-error.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { hasLayerBlob } from '../images/has-layer-blob.ts';
import type { Image } from '../images/image-store.ts';

/** Whether an image is unpacked, and all its documents and blobs are here: else a pull or load brings what is missing. */
export async function isWhole(services: CoreServices, image: Image): Promise<boolean> {
  const { content, images, snapshots } = services;
  const chain = chainIds(image.diffIds);
  if (!chain.every((key) => snapshots.has(key))) return false;
  try {
    const { config, layers } = await images.manifest(image.id);
    return (
      content.has(config.digest) &&
      layers.every((layer, at) => hasLayerBlob(services, layer, image.diffIds[at], chain[at]))
    );
  } catch (error) {
    const { kind } = GantryError.from(error);
    if (kind === 'not-found' || kind === 'corrupt') return false;
    throw error;
  }
}
