import type { ImageSummary } from '../../engine/images.ts';
import type { LayerDetails } from './layer-details.ts';

/**
 * What images take on the disk together: a layer that several share counts once. An image whose layers are not known
 * yet counts whole.
 */
export function imagesSize(
  images: readonly (Pick<ImageSummary, 'sizeBytes' | 'layers'> & { readonly id: string })[],
  details: LayerDetails,
): number {
  const layers = new Map<string, number>();
  let whole = 0;
  for (const { id, sizeBytes, layers: diffIds } of images) {
    const sizes = details[id];
    if (sizes === undefined) {
      whole += sizeBytes;
      continue;
    }
    // The same layer upon others is another one on the disk.
    let chain = '';
    for (const [depth, diffId] of diffIds.entries()) {
      chain = `${chain}>${diffId}`;
      layers.set(chain, sizes[depth]?.sizeBytes ?? 0);
    }
  }
  return [...layers.values()].reduce((sum, sizeBytes) => sum + sizeBytes, whole);
}
