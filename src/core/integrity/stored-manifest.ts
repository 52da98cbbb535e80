import { decodeManifestDocument, sniffManifestType } from '../../oci/decode-manifest.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { sha256 } from '../../oci/sha256.ts';

/** A blob taken for a manifest of an image; undefined: it is none, or altered. */
export function asManifest(
  bytes: Uint8Array,
  digest: Digest,
): { readonly mediaType: string; readonly document: Manifest } | undefined {
  // Most blobs begin otherwise.
  if (bytes[0] !== 0x7b || sha256(bytes) !== digest) return undefined;
  try {
    const mediaType = sniffManifestType(bytes, documentTypes);
    const document = decodeManifestDocument(bytes, mediaType);
    return document.kind === 'manifest' ? { mediaType, document: document.manifest } : undefined;
  } catch {
    return undefined;
  }
}

const documentTypes = { manifest: mediaTypes.manifest, index: mediaTypes.index };
