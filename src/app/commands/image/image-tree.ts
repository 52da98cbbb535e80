import type { ImageSummary } from '../../../engine/images.ts';
import { shortId } from '../../../oci/digest.ts';
import { layerGraph } from '../../state/layer-graph.ts';
import { humanSize } from '../format/human-size.ts';

/**
 * Images as a tree of the layers they share, a line a layer and a line a name: what stands on the same layers is one
 * branch. A layer's size is its own, an image's that of all its layers.
 *
 * @param layerBytes unpacked size by diff ID.
 */
export function imageTree(
  images: readonly ImageSummary[],
  layerBytes: ReadonlyMap<string, number>,
): readonly string[] {
  const rows = layerGraph(images).flatMap((row): readonly (readonly [string, string])[] => {
    if (row.kind === 'layer') {
      return [[`${row.guide}${shortId(row.diffId)}`, humanSize(layerBytes.get(row.diffId) ?? 0, 3)]];
    }
    const { image, guide } = row;
    const names = image.names.length === 0 ? ['<none>'] : image.names;
    const further = guide.replace('├─ ', '│  ').replace('└─ ', '   ');
    return names.map((name, at) => [
      `${at === 0 ? guide : further}${name} (${shortId(image.id)})`,
      at === 0 ? humanSize(image.sizeBytes, 3) : '',
    ]);
  });
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, size]) => (size === '' ? label : `${label.padEnd(width)}   ${size.padStart(7)}`));
}
