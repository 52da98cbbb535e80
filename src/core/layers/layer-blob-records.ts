import { decodeDescriptor } from '../../oci/decode-descriptor.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId, Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { ContentStore } from '../content/content-store.ts';
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

/**
 * Notes the blobs of a pulled image's layers; images built upon them are then pushed with what the registry knows. Only
 * those `unpacked` just now, each seen to come from that blob: else an image could put a blob of its own in the place of
 * another's.
 */
export function rememberLayerBlobs(
  metadata: Metadata,
  diffIds: readonly DiffId[],
  layers: readonly Descriptor[],
  unpacked: ReadonlyMap<DiffId, Digest>,
): void {
  const blobs = layerBlobs(metadata);
  metadata.transaction(() => {
    for (const [index, diffId] of diffIds.entries()) {
      const { mediaType = '', digest, size } = layers[index] ?? {};
      const compressed = compressedTypes.get(mediaType);
      if (digest === undefined || size === undefined || compressed === undefined) continue;
      if (unpacked.get(diffId) !== digest) continue;
      if (!blobs.has(diffId)) blobs.put(diffId, { mediaType: compressed, digest, size });
    }
  });
}

/**
 * The blob of a layer that is here, whatever a manifest names: what is pushed or saved of it. A layer that is unpacked and
 * has one need not be fetched in another compression.
 */
export function storedLayerBlob(
  { metadata, content }: { readonly metadata: Metadata; readonly content: ContentStore },
  diffId: DiffId,
): Descriptor | undefined {
  const blob = layerBlobs(metadata).get(diffId);
  return blob !== undefined && content.has(blob.digest) ? blob : undefined;
}

/** To what an OCI manifest calls the same. */
const compressedTypes: ReadonlyMap<string, string> = new Map([
  [mediaTypes.layerGzip, mediaTypes.layerGzip],
  [mediaTypes.layerZstd, mediaTypes.layerZstd],
  [mediaTypes.dockerLayerGzip, mediaTypes.layerGzip],
]);

/** A kept blob as a manifest of that type names it. */
export function asInManifest(blob: Descriptor, manifestType: string): Descriptor {
  const isDockerGzip = manifestType === mediaTypes.dockerManifest && blob.mediaType === mediaTypes.layerGzip;
  return isDockerGzip ? { ...blob, mediaType: mediaTypes.dockerLayerGzip } : blob;
}
