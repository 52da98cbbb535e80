import type { HistoryEntry, ImageLayer } from '../../engine/images.ts';
import type { HistoryItem } from '../../oci/image-config.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import { unknownTime } from './image-records.ts';
import type { Image } from './image-store.ts';
import { familiar } from './summarize-image.ts';

/** The layers of an image with their unpacked sizes, lowest first. */
export async function layersOf(image: Image, snapshots: Snapshotter): Promise<readonly ImageLayer[]> {
  const chain = chainIds(image.diffIds);
  return Promise.all(
    image.diffIds.map(async (diffId, at) => {
      const chainId = chain[at] as string;
      const sizeBytes = snapshots.info(chainId)?.sizeBytes ?? (await snapshots.usage(chainId)).sizeBytes;
      const folder = snapshots.name === 'overlay' ? snapshots.layerDir(chainId) : undefined;
      return { diffId, chainId, sizeBytes, ...(folder !== undefined && { folder }) };
    }),
  );
}

/**
 * What `docker history` shows, newest first. Steps that made no layer have size 0; layers that no line of the history
 * tells of get one without words.
 */
export function historyOf(image: Image, layers: readonly ImageLayer[]): readonly HistoryEntry[] {
  const lines = alignedHistory(image.config.history ?? [], layers.length);
  const entries: HistoryEntry[] = [];
  let next = 0;
  for (const line of lines) {
    const layer = line.empty_layer === true ? undefined : layers[next];
    if (layer !== undefined) next += 1;
    entries.push({
      id: undefined,
      createdAt: line.created ?? unknownTime,
      createdBy: line.created_by ?? '',
      comment: line.comment ?? '',
      sizeBytes: layer?.sizeBytes ?? 0,
      emptyLayer: layer === undefined,
      diffId: layer?.diffId,
      tags: [],
    });
  }
  const newestFirst = entries.reverse();
  const [top, ...rest] = newestFirst;
  if (top === undefined) return [];
  return [{ ...top, id: image.id, tags: image.references.map(familiar) }, ...rest];
}

function alignedHistory(history: readonly HistoryItem[], layers: number): readonly HistoryItem[] {
  const told = history.filter((line) => line.empty_layer !== true).length;
  const untold = Array.from({ length: Math.max(0, layers - told) }, (): HistoryItem => ({}));
  return [...untold, ...history];
}
