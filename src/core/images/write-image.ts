import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { LayerTarInfo } from '../layers/diff-layer.ts';
import type { Lease } from '../metadata/metadata.ts';

/**
 * The layer of an image made here, as its manifest names it: the plain tar, whose bytes are made from the snapshot
 * when they are wanted (push, save) and not before.
 */
export function unpackedLayer({ diffId, tarBytes }: LayerTarInfo): Descriptor {
  return { mediaType: mediaTypes.layer, digest: diffId as string as Digest, size: tarBytes };
}

/**
 * Writes config and manifest of an image made here into the content store, protected by the lease. Result: what
 * `ImageStore.record` takes. `layers` are in the order of `config.rootfs.diff_ids`.
 */
export async function writeImage(
  content: ContentStore,
  lease: Lease,
  config: ImageConfig,
  layers: readonly Descriptor[],
): Promise<Descriptor> {
  const configBlob = await putDocument(content, lease, mediaTypes.config, config);
  const manifest: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: configBlob, layers };
  return putDocument(content, lease, mediaTypes.manifest, manifest);
}

/** Keys stay in the order they are in: equal documents give equal digests. */
export async function putDocument(
  content: ContentStore,
  lease: Lease,
  mediaType: string,
  document: object,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = sha256(bytes);
  lease.protect({ kind: 'content', key: digest });
  await content.put(bytes);
  return { mediaType, digest, size: bytes.length };
}
