import { GantryError } from '../../base/gantry-error.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import type { Image } from '../images/image-store.ts';

/** Whether an image is unpacked, and all its documents and blobs are here: else a pull or load brings what is missing. */
export async function isWhole({ content, images, snapshots }: CoreServices, image: Image): Promise<boolean> {
  if (!chainIds(image.diffIds).every((chain) => snapshots.has(chain))) return false;
  try {
    const { config, layers } = await images.manifest(image.id);
    return [config, ...layers].every(
      // A layer made here has no blob: its tar comes from the snapshot.
      ({ digest }, at) => content.has(digest) || (digest as string) === image.diffIds[at - 1],
    );
  } catch (error) {
    const { kind } = GantryError.from(error);
    if (kind === 'not-found' || kind === 'corrupt') return false;
    throw error;
  }
}
