import { GantryError } from '../../../base/gantry-error.ts';
import { documentLimitBytes } from '../../../oci/decode-json.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { leaseImage } from '../../images/lease-image.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { RemoteCache } from './cache-document.ts';
import type { CachePlace } from './cache-place.ts';
import { readInlineCache } from './inline-cache.ts';

/** The cache in an image that is here, with its layers. Undefined: no such image, or there is no cache in it. */
export async function imageCache(
  { services, lease }: BuildSession,
  reference: string,
): Promise<{ readonly place: Pick<CachePlace, 'name' | 'bring'>; readonly cache: RemoteCache } | undefined> {
  const { content, images } = services;
  const image = images.findBase(reference);
  if (image === undefined) return undefined;
  const { manifest } = await leaseImage(images, lease, image);
  const cache = readInlineCache(await content.read(manifest.config.digest, documentLimitBytes), manifest);
  if (cache === undefined) return undefined;
  const name = familiarReference(withDefaultTag(parseReference(reference)));
  return {
    cache,
    place: {
      name,
      async bring({ digest }) {
        // Its layers are here as files, which is all that is wanted; a blob is looked for where those were lost.
        if (content.has(digest)) return;
        throw new GantryError({ kind: 'not-found', code: 'no-cache', message: `${digest} is not here` });
      },
    },
  };
}
