import type { BuildCacheEntry } from '../../engine/builds.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { ImageSummary } from '../../engine/images.ts';
import type { DiskUsage } from '../../engine/system.ts';
import type { VolumeSummary } from '../../engine/volumes.ts';
import { type ImageId, parseDiffId } from '../../oci/digest.ts';
import { chainIds } from '../../oci/sha256.ts';
import { treeUsage } from '../host/tree-usage.ts';
import type { StoreUsage } from '../images/content-usage.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';

/** The lists the figures come from. */
export interface UsageSources {
  readonly images: () => Promise<readonly ImageSummary[]>;
  /** With their sizes when asked for. */
  readonly containers: (options?: { readonly size: boolean }) => Promise<readonly ContainerSummary[]>;
  readonly volumes: () => Promise<readonly VolumeSummary[]>;
  readonly buildCache: () => Promise<readonly BuildCacheEntry[]>;
  readonly snapshots: () => Promise<Snapshotter>;
  /** What lies in the content store, and what of it could go if these images were gone. */
  readonly store: (unusedImages: ReadonlySet<ImageId>) => Promise<StoreUsage>;
}

/** What lies on the disk and what of it could go, by kind. A layer that several images share counts once. */
export async function diskUsage(sources: UsageSources): Promise<readonly DiskUsage[]> {
  const [images, containers, volumes, cache] = await Promise.all([
    sources.images(),
    sources.containers({ size: true }),
    sources.volumes(),
    sources.buildCache(),
  ]);
  return [
    imageUsage(images, await sources.snapshots(), await sources.store(unusedImages(images))),
    containerUsage(containers),
    await volumeUsage(volumes),
    cacheUsage(cache),
  ];
}

/** Those no container uses. */
export function unusedImages(images: readonly ImageSummary[]): ReadonlySet<ImageId> {
  return new Set(images.filter(({ containers }) => containers === 0).map(({ id }) => id));
}

function imageUsage(
  images: readonly ImageSummary[],
  snapshots: Snapshotter,
  { blobs, partDownloads, strayLayers }: StoreUsage,
): DiskUsage {
  const used = images.filter((image) => image.containers > 0);
  const chainsOf = (some: readonly ImageSummary[]): ReadonlySet<string> =>
    new Set(some.flatMap((image) => chainIds(image.layers.map(parseDiffId))));
  const sizeOf = (chains: ReadonlySet<string>): number =>
    [...chains].reduce((sum, chain) => sum + (snapshots.info(chain)?.sizeBytes ?? 0), 0);
  const chains = chainsOf(images);
  const layerBytes = sizeOf(chains);
  const strayBytes = strayLayers
    .filter(({ key }) => !chains.has(key))
    .reduce((sum, layer) => sum + layer.sizeBytes, partDownloads.sizeBytes);
  return {
    kind: 'images',
    total: images.length,
    active: used.length,
    sizeBytes: layerBytes + blobs.sizeBytes + strayBytes,
    reclaimableBytes: layerBytes - sizeOf(chainsOf(used)) + blobs.reclaimableBytes + strayBytes,
  };
}

function containerUsage(containers: readonly ContainerSummary[]): DiskUsage {
  const isUp = ({ state }: ContainerSummary): boolean => ['running', 'paused', 'restarting'].includes(state);
  const sizeOf = (some: readonly ContainerSummary[]): number =>
    some.reduce((sum, { size }) => sum + (size?.writableBytes ?? 0), 0);
  return {
    kind: 'containers',
    total: containers.length,
    active: containers.filter(isUp).length,
    sizeBytes: sizeOf(containers),
    reclaimableBytes: sizeOf(containers.filter((container) => !isUp(container))),
  };
}

async function volumeUsage(volumes: readonly VolumeSummary[]): Promise<DiskUsage> {
  let sizeBytes = 0;
  let reclaimableBytes = 0;
  for (const volume of volumes) {
    const usage = await treeUsage(volume.mountpoint);
    sizeBytes += usage.sizeBytes;
    if (volume.usedBy.length === 0) reclaimableBytes += usage.sizeBytes;
  }
  const active = volumes.filter((volume) => volume.usedBy.length > 0).length;
  return { kind: 'volumes', total: volumes.length, active, sizeBytes, reclaimableBytes };
}

/** What images have too is counted with them. */
function cacheUsage(entries: readonly BuildCacheEntry[]): DiskUsage {
  const sizeOf = (some: readonly BuildCacheEntry[]): number =>
    some.reduce((sum, { shared, sizeBytes }) => sum + (shared ? 0 : sizeBytes), 0);
  const active = entries.filter((entry) => entry.inUse);
  return {
    kind: 'build-cache',
    total: entries.length,
    active: active.length,
    sizeBytes: sizeOf(entries),
    reclaimableBytes: sizeOf(entries) - sizeOf(active),
  };
}
