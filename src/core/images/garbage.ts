import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Digest, ImageId } from '../../oci/digest.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { ContentInfo, ContentStore, StrayFile } from '../content/content-store.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { holdReserve } from '../metadata/reserve.ts';
import type { SnapshotInfo, Snapshotter } from '../snapshots/snapshotter.ts';
import { type ImageRecord, imageRecords } from './image-records.ts';

export interface GarbageServices {
  readonly dirs: EngineDirs;
  readonly metadata: Metadata;
  readonly content: ContentStore;
  readonly snapshots: Snapshotter;
}

/** What others still need that no image does: containers, the build cache. */
export type GarbageRoots = (options: {
  readonly goneContainers: ReadonlySet<string>;
}) => NeededByOthers | Promise<NeededByOthers>;

export interface NeededByOthers {
  readonly content: Iterable<string>;
  readonly snapshots: Iterable<string>;
  /** Layers whose compressed blob is worth keeping. */
  readonly diffIds: Iterable<string>;
}

export interface GarbageOptions {
  /** As if these images were gone already. */
  readonly without?: ReadonlySet<ImageId>;
  /** And these containers. */
  readonly goneContainers?: ReadonlySet<string>;
  /** Half a download is kept for so long, to be gone on with. Default: a day. */
  readonly partialsOlderThanMs?: number;
}

/** What nobody needs any more. */
export interface Garbage {
  readonly content: readonly ContentInfo[];
  /** Topmost first: each can be removed once those before it are. */
  readonly snapshots: readonly SnapshotInfo[];
  readonly layerBlobs: readonly string[];
  /** What broken writes left in the content store. */
  readonly strays: readonly StrayFile[];
}

/**
 * Marks from images, leases and `roots`, and tells what is left. A snapshot that is being written is protected by the
 * lease of whoever writes it; one without is what a killed process left.
 */
export async function findGarbage(
  services: GarbageServices,
  roots: readonly GarbageRoots[],
  { without = new Set(), goneContainers = new Set(), partialsOlderThanMs = dayMs }: GarbageOptions = {},
): Promise<Garbage> {
  const { metadata, content, snapshots } = services;
  const leased = metadata.leases.protectedResources();
  const neededContent = new Set(leased.content);
  const neededSnapshots = new Set(leased.snapshots);
  const neededLayers = new Set<string>();
  for (const [id, record] of imageRecords(metadata).images.entries()) {
    if (without.has(id as ImageId)) continue;
    for (const digest of await contentOf(id as ImageId, record, content)) neededContent.add(digest);
    for (const chainId of chainIds(record.config.rootfs.diff_ids)) neededSnapshots.add(chainId);
    for (const diffId of record.config.rootfs.diff_ids) neededLayers.add(diffId);
  }
  for (const root of await Promise.all(roots.map((of) => of({ goneContainers })))) {
    for (const digest of root.content) neededContent.add(digest);
    for (const key of root.snapshots) neededSnapshots.add(key);
    for (const diffId of root.diffIds) neededLayers.add(diffId);
  }
  const unusedBlobs: string[] = [];
  for (const [diffId, blob] of layerBlobs(metadata).entries()) {
    if (neededLayers.has(diffId)) neededContent.add(blob.digest);
    else unusedBlobs.push(diffId);
  }
  const unusedContent: ContentInfo[] = [];
  for await (const info of content.list()) if (!neededContent.has(info.digest)) unusedContent.push(info);
  return {
    content: unusedContent,
    snapshots: unneeded([...snapshots.list()], neededSnapshots),
    layerBlobs: unusedBlobs,
    // What somebody else has put there is theirs: only the check removes it, and says so first.
    strays: (await content.leftovers(partialsOlderThanMs)).filter(({ isForeign }) => !isForeign),
  };
}

const dayMs = 24 * 3600 * 1000;

/** Removes it, but for what someone took a lease on since it was found; and what broken work left behind. */
export async function sweep(services: GarbageServices, garbage: Garbage): Promise<void> {
  const { metadata, content, snapshots } = services;
  const { leases } = metadata;
  // On the disk before the first file goes: after a power cut no record that is back may miss its content.
  metadata.transaction(
    () => {
      const records = layerBlobs(metadata);
      for (const diffId of garbage.layerBlobs) {
        const blob = records.get(diffId);
        if (blob !== undefined && !leases.wasProtected({ kind: 'content', key: blob.digest }))
          records.delete(diffId);
      }
    },
    { durable: true },
  );
  const aside = metadata.transaction(() =>
    garbage.content
      .filter(({ digest }) => !leases.wasProtected({ kind: 'content', key: digest }))
      .map(({ digest }) => content.setAside(digest)),
  );
  for (const blob of aside) await blob?.remove();
  await snapshots.removeUnused(
    garbage.snapshots.map(({ key }) => key),
    (key) => leases.wasProtected({ kind: 'snapshot', key }),
  );
  for (const file of garbage.strays) await file.remove();
  await snapshots.cleanUp();
  holdReserve(services.dirs.database);
}

/**
 * Manifest, config and layer blobs of an image; a manifest that is missing or damaged is no reason to lose the rest,
 * nor to keep anybody from removing the image.
 */
/** The digests of an image's documents and layers; of one whose manifest is gone, those that are known without it. */
export async function contentOf(
  id: ImageId,
  record: ImageRecord,
  content: ContentStore,
): Promise<readonly Digest[]> {
  const { digest, mediaType } = record.manifest;
  const known = [digest, id as string as Digest];
  try {
    const document = decodeManifestDocument(await content.read(digest, documentLimitBytes), mediaType);
    if (document.kind !== 'manifest') return known;
    return [...known, ...document.manifest.layers.map((layer) => layer.digest)];
  } catch (error) {
    const { kind } = GantryError.from(error);
    if (kind === 'not-found' || kind === 'corrupt') return known;
    throw error;
  }
}

function unneeded(all: readonly SnapshotInfo[], needed: ReadonlySet<string>): readonly SnapshotInfo[] {
  const byKey = new Map(all.map((info) => [info.key, info]));
  const kept = new Set<string>();
  const keep = (key: string | undefined): void => {
    for (let at = key; at !== undefined && !kept.has(at); at = byKey.get(at)?.parent) kept.add(at);
  };
  for (const { key } of all) if (needed.has(key)) keep(key);
  const depth = (info: SnapshotInfo): number => {
    let steps = 0;
    for (let at = info.parent; at !== undefined && steps < all.length; at = byKey.get(at)?.parent) steps += 1;
    return steps;
  };
  return all
    .filter(({ key }) => !kept.has(key))
    .map((info) => ({ info, depth: depth(info) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ info }) => info);
}
