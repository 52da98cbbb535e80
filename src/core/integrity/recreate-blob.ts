import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ChainId, DiffId, ImageId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { chainIds, sha256 } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import type { ImageRecord } from '../images/image-records.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { unpackedLayer } from '../images/write-image.ts';
import { hashLayer, packLayer } from '../layers/diff-layer.ts';

/*
 * What an image lacks, made again as this engine once made it. The digest decides: a pulled image's documents were
 * written by others, and ours would have other bytes. Each answers whether the content is there now.
 */

export async function recreateConfig(
  { content }: CoreServices,
  id: ImageId,
  { config }: ImageRecord,
): Promise<boolean> {
  const bytes = Buffer.from(JSON.stringify(config));
  if (sha256(bytes) !== (id as string)) return false;
  await content.put(bytes);
  return true;
}

export async function recreateManifest(
  services: CoreServices,
  id: ImageId,
  record: ImageRecord,
): Promise<boolean> {
  const { content } = services;
  const bytes = await manifestOf(services, id, record.config.rootfs.diff_ids);
  if (bytes === undefined || sha256(bytes) !== record.manifest.digest) return false;
  await content.setAside(record.manifest.digest)?.remove();
  await content.put(bytes);
  return true;
}

/** The manifest of an image made here, as it was written then. Undefined: a layer or the config is not here. */
export async function manifestOf(
  { content, snapshots }: CoreServices,
  id: ImageId,
  diffIds: readonly DiffId[],
): Promise<Uint8Array | undefined> {
  const chain = chainIds(diffIds);
  const size = content.info(id as never)?.sizeBytes;
  if (size === undefined || !chain.every((key) => snapshots.has(key))) return undefined;
  const layers: Descriptor[] = [];
  for (const key of chain) layers.push(unpackedLayer(await hashLayer(layerFolder(snapshots, key))));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: id as never, size },
    layers,
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** Whether it is worth trying: the layer is here, and the blob may be one that was made here. */
export function canRecreateLayerBlob(
  { snapshots }: CoreServices,
  record: ImageRecord,
  diffId: DiffId,
  layer: Descriptor,
): boolean {
  const key = chainOf(record, diffId);
  return key !== undefined && snapshots.has(key) && layer.mediaType === mediaTypes.layerGzip;
}

/** Layers that were compressed here, for a push, compress to the same bytes again. */
export async function recreateLayerBlob(
  services: CoreServices,
  record: ImageRecord,
  diffId: DiffId,
  layer: Descriptor,
  signal: AbortSignal,
): Promise<boolean> {
  const { content, snapshots } = services;
  const key = chainOf(record, diffId);
  if (key === undefined || !canRecreateLayerBlob(services, record, diffId, layer)) return false;
  const folder = layerFolder(snapshots, key);
  if ((await hashLayer(folder, signal)).diffId !== diffId) return false;
  await using ingest = await content.ingest({ digest: layer.digest, sizeBytes: layer.size }, { signal });
  await ingest.reset();
  try {
    for await (const chunk of packLayer(folder, { compression: 'gzip', signal }).chunks)
      await ingest.write(chunk);
    await ingest.commit();
    return true;
  } catch (error) {
    if (GantryError.from(error).kind === 'corrupt') return false;
    throw error;
  }
}

function chainOf({ config }: ImageRecord, diffId: DiffId): ChainId | undefined {
  const diffIds = config.rootfs.diff_ids;
  return chainIds(diffIds)[diffIds.indexOf(diffId)];
}
