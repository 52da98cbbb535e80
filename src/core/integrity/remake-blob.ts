import type { Descriptor } from '../../oci/descriptor.ts';
import type { ChainId, DiffId, Digest, ImageId } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { chainIds, sha256, sha256Digester } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import type { ImageRecord } from '../images/image-records.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { unpackedLayer } from '../images/write-image.ts';
import { hashLayer, packLayer } from '../layers/diff-layer.ts';
import type { LayerFolder } from '../layers/layer-io.ts';

/*
 * What an image lacks, made again as this engine once made it. The digest decides: a pulled image's documents were
 * written by others, and ours would have other bytes. Whether it would come out right is found out first, so that
 * nothing is promised that cannot be kept: each answers with the work that is left, undefined where it would not.
 */
export type Remake = () => Promise<void>;

export function remakeConfig(
  { content }: CoreServices,
  id: ImageId,
  { config }: ImageRecord,
): Remake | undefined {
  const bytes = Buffer.from(JSON.stringify(config));
  if (sha256(bytes) !== (id as string)) return undefined;
  return async () => {
    await content.setAside(id as string as Digest)?.remove();
    await content.put(bytes);
  };
}

export async function remakeManifest(
  services: CoreServices,
  id: ImageId,
  record: ImageRecord,
): Promise<Remake | undefined> {
  const { content } = services;
  const bytes = await manifestOf(services, id, record.config);
  if (bytes === undefined || sha256(bytes) !== record.manifest.digest) return undefined;
  return async () => {
    await content.setAside(record.manifest.digest)?.remove();
    await content.put(bytes);
  };
}

/** The manifest of an image made here, as it was written then. Undefined: a layer or the config is not here. */
export async function manifestOf(
  { content, snapshots }: CoreServices,
  id: ImageId,
  config: ImageConfig,
): Promise<Uint8Array | undefined> {
  const chain = chainIds(config.rootfs.diff_ids);
  const digest = id as string as Digest;
  const own = Buffer.from(JSON.stringify(config));
  const size = content.info(digest)?.sizeBytes ?? (sha256(own) === digest ? own.length : undefined);
  if (size === undefined || !chain.every((key) => snapshots.has(key))) return undefined;
  const layers: Descriptor[] = [];
  for (const key of chain) layers.push(unpackedLayer(await hashLayer(layerFolder(snapshots, key))));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest, size },
    layers,
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** What is unpacked of a layer, if that makes the layer's tar again, byte for byte. */
export async function soundLayer(
  { snapshots }: CoreServices,
  chainId: ChainId,
  diffId: DiffId,
  signal: AbortSignal,
): Promise<LayerFolder | undefined> {
  if (!snapshots.has(chainId)) return undefined;
  const folder = layerFolder(snapshots, chainId);
  return (await hashLayer(folder, signal)).diffId === diffId ? folder : undefined;
}

/** Layers that were compressed here, for a push, compress to the same bytes again. */
export async function remakeLayerBlob(
  { content }: CoreServices,
  folder: LayerFolder,
  { mediaType, digest, size }: Descriptor,
  signal: AbortSignal,
): Promise<Remake | undefined> {
  if (mediaType !== mediaTypes.layerGzip) return undefined;
  const pack = (): AsyncIterable<Uint8Array> => packLayer(folder, { compression: 'gzip', signal }).chunks;
  const digester = sha256Digester();
  for await (const chunk of pack()) digester.update(chunk);
  if (digester.digest() !== digest) return undefined;
  return async () => {
    await content.setAside(digest)?.remove();
    await using ingest = await content.ingest({ digest, sizeBytes: size }, { signal });
    await ingest.reset();
    for await (const chunk of pack()) await ingest.write(chunk);
    await ingest.commit();
  };
}
