import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId, Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { Lease, Metadata } from '../metadata/metadata.ts';
import { packLayer } from './diff-layer.ts';
import { layerBlobs } from './layer-blob-records.ts';
import type { LayerFolder } from './layer-io.ts';

export interface LayerBlobServices {
  readonly metadata: Metadata;
  readonly content: ContentStore;
}

export interface LayerBlobRequest {
  readonly diffId: DiffId;
  /** The unpacked layer, for layers that were made here and never had a blob. */
  readonly folder: LayerFolder;
  readonly lease: Lease;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the tar done so far. */
  readonly onProgress?: ((tarBytes: number) => void) | undefined;
}

/**
 * The compressed blob of a layer, made when there is none. Which one it is gets remembered: a layer pushed again has
 * the same bytes. Rejects `corrupt` / `diff-id-mismatch` when what is unpacked is not the layer any more.
 */
export async function ensureLayerBlob(
  services: LayerBlobServices,
  request: LayerBlobRequest,
): Promise<Descriptor> {
  const known = layerBlobs(services.metadata).get(request.diffId);
  if (known !== undefined) {
    request.lease.protect({ kind: 'content', key: known.digest });
    if (services.content.has(known.digest)) return known;
  }
  return makeLayerBlob(services, request);
}

async function makeLayerBlob(
  { metadata, content }: LayerBlobServices,
  { diffId, folder, lease, signal, onProgress }: LayerBlobRequest,
): Promise<Descriptor> {
  // A layer that came uncompressed is kept so: its digest is the diff ID.
  const plain = diffId as string as Digest;
  const source = content.has(plain) ? { tarPath: content.path(plain) } : folder;
  const packing = packLayer(source, { compression: 'gzip', signal, onProgress });
  await using ingest = await content.ingest(undefined, { signal });
  for await (const chunk of packing.chunks) await ingest.write(chunk);
  const made = await packing.result;
  if (made.diffId !== diffId) throw diffIdMismatch(diffId, made.diffId);
  const { digest, sizeBytes } = await ingest.commit(lease);
  const blob: Descriptor = { mediaType: mediaTypes.layerGzip, digest, size: sizeBytes };
  metadata.transaction(() => layerBlobs(metadata).put(diffId, blob));
  return blob;
}

/** What is unpacked makes another tar than the image's. */
export function diffIdMismatch(wanted: DiffId, made: DiffId): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'diff-id-mismatch',
    message: `the unpacked layer is ${made} where the image says ${wanted}`,
    hint: 'Its files were changed behind the engine, or its blob was lost. Build, load or pull the image again.',
  });
}
