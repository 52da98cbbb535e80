import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ImageId } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { type ImageRecord, imageRecords } from '../images/image-records.ts';
import type { CheckContext } from './problem.ts';
import { manifestOf } from './remake-blob.ts';
import { soundEntries } from './sound-entries.ts';
import { storedConfig } from './stored-config.ts';
import { asManifest } from './stored-manifest.ts';

/**
 * Writes an image's record anew from its config, the manifest that names that, and the names that mean it. Without these
 * the record goes: there is nothing to run it from.
 */
export async function restoreImage({ services, signal }: CheckContext, id: string): Promise<void> {
  const { metadata } = services;
  const { images, names } = imageRecords(metadata);
  const config = await storedConfig(services.content, id);
  const manifest =
    config && ((await storedManifest(services, id, signal)) ?? (await newManifest(services, id, config)));
  const sizeBytes = config === undefined ? 0 : await unpackedSize(services, config);
  metadata.transaction(() => {
    if (config === undefined || manifest === undefined) return void images.delete(id);
    const own = [...soundEntries(names)].filter(([, means]) => means === id).map(([name]) => name);
    const record: ImageRecord = {
      manifest,
      config,
      references: own.filter((name) => !name.includes('@')),
      repoDigests: own.filter((name) => name.includes('@')),
      sizeBytes,
    };
    images.put(id, record);
  });
}

/** Whether there is a manifest to restore an image with, or all that one is written from. */
export async function canRestore(
  { services, signal }: CheckContext,
  id: string,
  { rootfs }: ImageConfig,
): Promise<boolean> {
  if ((await storedConfig(services.content, id)) === undefined) return false;
  const isUnpacked = chainIds(rootfs.diff_ids).every((key) => services.snapshots.has(key));
  return isUnpacked || (await storedManifest(services, id, signal)) !== undefined;
}

/** The manifest in the content store that names this config; of several one whose blobs are all here. */
async function storedManifest(
  services: CoreServices,
  id: string,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  const { content } = services;
  let second: Descriptor | undefined;
  for await (const { digest, sizeBytes } of content.list()) {
    signal.throwIfAborted();
    if (sizeBytes > documentLimitBytes) continue;
    const found = asManifest(await content.read(digest, documentLimitBytes), digest);
    if (found?.document.config.digest !== id) continue;
    const descriptor = { mediaType: found.mediaType, digest, size: sizeBytes };
    if (found.document.layers.every((layer) => content.has(layer.digest))) return descriptor;
    second ??= descriptor;
  }
  return second;
}

/** As a build would write it, for an image whose layers are all unpacked. */
async function newManifest(
  services: CoreServices,
  id: string,
  config: ImageConfig,
): Promise<Descriptor | undefined> {
  const bytes = await manifestOf(services, id as ImageId, config);
  if (bytes === undefined) return undefined;
  const { digest, sizeBytes } = await services.content.put(bytes);
  return { mediaType: mediaTypes.manifest, digest, size: sizeBytes };
}

async function unpackedSize({ snapshots }: CoreServices, config: ImageConfig): Promise<number> {
  let total = 0;
  for (const key of chainIds(config.rootfs.diff_ids)) {
    const info = snapshots.info(key);
    if (info?.kind === 'committed') total += info.sizeBytes ?? (await snapshots.usage(key)).sizeBytes;
  }
  return total;
}
