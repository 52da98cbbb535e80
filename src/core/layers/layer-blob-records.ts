import { decodeDescriptor } from '../../oci/decode-descriptor.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
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
