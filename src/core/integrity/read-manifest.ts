import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { ContentStore } from '../content/content-store.ts';

/** The manifest a descriptor names; undefined when it is missing, altered or no manifest. */
export async function readManifest(
  content: ContentStore,
  { digest, mediaType }: Descriptor,
): Promise<Manifest | undefined> {
  try {
    const bytes = await content.read(digest, documentLimitBytes);
    if (digest.startsWith('sha256:') && sha256(bytes) !== digest) return undefined;
    const document = decodeManifestDocument(bytes, mediaType);
    return document.kind === 'manifest' ? document.manifest : undefined;
  } catch (error) {
    const { kind } = GantryError.from(error);
    if (kind === 'not-found' || kind === 'corrupt') return undefined;
    throw error;
  }
}
