import { decodeDescriptor } from '../../oci/decode-descriptor.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';

/**
 * Which compressed blob stands for a layer, by diff ID: what was pulled, or what was made for a push. Kept, so that a
 * layer pushed again has the same bytes.
 */
export function layerBlobs(metadata: Metadata): Collection<Descriptor> {
  return metadata.collection('layer-blobs', (document, key) =>
    decodeDescriptor(document, `record of layer ${key}`),
  );
}

/** Notes the blobs of a pulled image's layers; images built upon them are then pushed with what the registry knows. */
export function rememberLayerBlobs(
  metadata: Metadata,
  diffIds: readonly DiffId[],
  layers: readonly Descriptor[],
): void {
  const blobs = layerBlobs(metadata);
  metadata.transaction(() => {
    for (const [index, diffId] of diffIds.entries()) {
      const { mediaType = '', digest, size } = layers[index] ?? {};
      const compressed = compressedTypes.get(mediaType);
      if (digest === undefined || size === undefined || compressed === undefined) continue;
      if (!blobs.has(diffId)) blobs.put(diffId, { mediaType: compressed, digest, size });
    }
  });
}

/** To what an OCI manifest calls the same. */
const compressedTypes: ReadonlyMap<string, string> = new Map([
  [mediaTypes.layerGzip, mediaTypes.layerGzip],
  [mediaTypes.layerZstd, mediaTypes.layerZstd],
  [mediaTypes.dockerLayerGzip, mediaTypes.layerGzip],
]);
