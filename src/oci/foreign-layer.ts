import type { Descriptor } from './descriptor.ts';
import { mediaTypes } from './media-types.ts';

const foreignTypes: ReadonlySet<string> = new Set([
  mediaTypes.layerNondistributable,
  mediaTypes.layerNondistributableGzip,
  mediaTypes.dockerForeignLayerGzip,
]);

/** A layer that registries are not meant to be given (image-spec layer.md "Non-Distributable Layers"). */
export function isForeignLayer({ mediaType }: Descriptor): boolean {
  return foreignTypes.has(mediaType);
}
