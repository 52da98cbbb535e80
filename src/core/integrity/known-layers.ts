import type { Descriptor } from '../../oci/descriptor.ts';
import type { ChainId, DiffId, Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { chainIds } from '../../oci/sha256.ts';
import { cacheRecords } from '../build/solver/cache-records.ts';
import { imageRecords } from '../images/image-records.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import { fetchAgain, nameOf } from './image-words.ts';
import type { CheckContext } from './problem.ts';
import { readManifest } from './read-manifest.ts';
import { soundEntries } from './sound-entries.ts';

/** A layer that something counts on. */
export interface KnownLayer {
  readonly chainId: ChainId;
  readonly diffId: DiffId;
  readonly parent: ChainId | undefined;
  /** Blobs it could be unpacked from, if they are here. */
  readonly blobs: readonly Descriptor[];
  /** Images that have it; none: only the build cache does. */
  readonly images: readonly { readonly id: string; readonly name: string; readonly fetchAgain: string }[];
}

/** The layers of all images and of the build cache, each once, parents before children. */
export async function knownLayers({ services }: CheckContext): Promise<readonly KnownLayer[]> {
  const { metadata, content } = services;
  const layers = new Map<string, KnownLayer>();
  const remembered = layerBlobs(metadata);
  for (const [id, record] of soundEntries(imageRecords(metadata).images)) {
    const manifest = await readManifest(content, record.manifest);
    const diffIds = record.config.rootfs.diff_ids;
    const chain = chainIds(diffIds);
    for (const [at, diffId] of diffIds.entries()) {
      const chainId = chain[at] as ChainId;
      const before = layers.get(chainId);
      const plain: Descriptor = { mediaType: mediaTypes.layer, digest: diffId as string as Digest, size: 0 };
      const named = [manifest?.layers[at], remembered.get(diffId), plain];
      layers.set(chainId, {
        chainId,
        diffId,
        parent: chain[at - 1],
        blobs: [...(before?.blobs ?? []), ...named.filter((blob) => blob !== undefined)],
        images: [...(before?.images ?? []), { id, name: nameOf(id, record), fetchAgain: fetchAgain(record) }],
      });
    }
  }
  for (const [, { layer }] of soundEntries(cacheRecords(metadata))) {
    if (layer === undefined || layers.has(layer.chainId)) continue;
    const parent = services.snapshots.info(layer.chainId)?.parent as ChainId | undefined;
    layers.set(layer.chainId, { ...layer, parent, blobs: [], images: [] });
  }
  return [...layers.values()];
}
