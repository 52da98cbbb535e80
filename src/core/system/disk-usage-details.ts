import type { ImageSummary } from '../../engine/images.ts';
import type { DiskUsageDetails } from '../../engine/system.ts';
import { parseDiffId } from '../../oci/digest.ts';
import { chainIds } from '../../oci/sha256.ts';
import { treeUsage } from '../host/tree-usage.ts';
import { type UsageSources, unusedImages } from './disk-usage.ts';

/** Everything that takes space, each with its own figures. */
export async function diskUsageDetails(sources: UsageSources): Promise<DiskUsageDetails> {
  const [images, containers, volumes, buildCache, snapshots] = await Promise.all([
    sources.images(),
    sources.containers({ size: true }),
    sources.volumes(),
    sources.buildCache(),
    sources.snapshots(),
  ]);
  const shared = sharedChains(images);
  const { blobs, partDownloads } = await sources.store(unusedImages(images));
  const sized = [];
  for (const volume of volumes) {
    sized.push({ ...volume, sizeBytes: (await treeUsage(volume.mountpoint)).sizeBytes });
  }
  return {
    images: images.map((image) => ({
      ...image,
      sharedBytes: chainsOf(image)
        .filter((chain) => shared.has(chain))
        .reduce((sum, chain) => sum + (snapshots.info(chain)?.sizeBytes ?? 0), 0),
    })),
    containers,
    volumes: sized,
    buildCache,
    content: { blobs, partDownloads },
  };
}

/** Layers that more than one image stands upon. */
function sharedChains(images: readonly ImageSummary[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const image of images) {
    for (const chain of chainsOf(image)) {
      if (seen.has(chain)) shared.add(chain);
      seen.add(chain);
    }
  }
  return shared;
}

function chainsOf(image: ImageSummary): readonly string[] {
  return chainIds(image.layers.map(parseDiffId));
}
