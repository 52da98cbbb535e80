import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { ContentStore } from '../content/content-store.ts';

/** The config of an image in the content store; undefined: it is not here, altered or none. */
export async function storedConfig(content: ContentStore, id: string): Promise<ImageConfig | undefined> {
  if (!isDigest(id) || !content.has(id as Digest)) return undefined;
  try {
    const bytes = await content.read(id as Digest, documentLimitBytes);
    return sha256(bytes) === id ? decodeImageConfig(bytes) : undefined;
  } catch {
    return undefined;
  }
}
