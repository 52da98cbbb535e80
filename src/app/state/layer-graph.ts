import type { ImageSummary } from '../../engine/images.ts';

/** One line of the layer graph: a layer that images share, or an image on top of its layers. */
export type LayerRow =
  | {
      readonly kind: 'layer';
      /** Unique in the graph: the diff IDs from the bottom, joined. */
      readonly key: string;
      readonly diffId: string;
      /** Index of the layer in its images, lowest 0. */
      readonly depth: number;
      /** Line art before the row: `│  ├─ `. */
      readonly guide: string;
      /** The images that contain it, in list order. */
      readonly images: readonly ImageSummary[];
    }
  | {
      readonly kind: 'image';
      readonly key: string;
      readonly guide: string;
      readonly image: ImageSummary;
      readonly name: string;
    };

interface Node {
  readonly key: string;
  readonly diffId: string;
  readonly depth: number;
  readonly images: ImageSummary[];
  /** Images whose top layer this is. */
  readonly tops: ImageSummary[];
  readonly children: Map<string, Node>;
}

/**
 * All images as one tree of layers: what has the same layers below stands on the same branch. A layer with a single
 * successor goes on in the same column, so depth on screen counts the forks and not the layers.
 */
export function layerGraph(images: readonly ImageSummary[]): readonly LayerRow[] {
  const root: Node = { key: '', diffId: '', depth: -1, images: [], tops: [], children: new Map() };
  for (const image of images) plant(root, image);
  const rows: LayerRow[] = [];
  for (const child of root.children.values()) write(child, '', '', rows);
  for (const image of root.tops) rows.push(...imageRows(image, '', rows.length));
  return rows;
}

function plant(root: Node, image: ImageSummary): void {
  let node = root;
  for (const [depth, diffId] of image.layers.entries()) {
    let child = node.children.get(diffId);
    if (child === undefined) {
      const key = node.key === '' ? diffId : `${node.key}>${diffId.slice(7, 19)}`;
      child = { key, diffId, depth, images: [], tops: [], children: new Map() };
      node.children.set(diffId, child);
    }
    child.images.push(image);
    node = child;
  }
  node.tops.push(image);
}

/** `first` stands before this row, `rest` before all that follow in its branch. */
function write(start: Node, first: string, rest: string, rows: LayerRow[]): void {
  let node = start;
  let guide = first;
  for (;;) {
    rows.push({
      kind: 'layer',
      key: node.key,
      diffId: node.diffId,
      depth: node.depth,
      guide,
      images: node.images,
    });
    const branches = node.tops.length + node.children.size;
    const only = node.children.values().next().value;
    if (branches === 1 && only !== undefined) {
      node = only;
      guide = rest;
      continue;
    }
    let left = branches;
    for (const image of node.tops) {
      left -= 1;
      rows.push(...imageRows(image, `${rest}${left === 0 ? '└─ ' : '├─ '}`, rows.length));
    }
    for (const child of node.children.values()) {
      left -= 1;
      write(child, `${rest}${left === 0 ? '└─ ' : '├─ '}`, `${rest}${left === 0 ? '   ' : '│  '}`, rows);
    }
    return;
  }
}

function imageRows(image: ImageSummary, guide: string, at: number): LayerRow[] {
  const name = image.names[0] ?? '<none>';
  return [{ kind: 'image', key: `image:${image.id}:${at}`, guide, image, name }];
}
