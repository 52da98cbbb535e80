import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { type DiffId, type Digest, parseDiffId } from '../../oci/digest.ts';
import type { CoreServices } from '../core-services.ts';
import { familiar } from '../images/summarize-image.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import { compressionOf } from '../layers/compression.ts';
import { rememberLayerBlobs } from '../layers/layer-blob-records.ts';
import type { Lease } from '../metadata/metadata.ts';
import { configLimitBytes, parseConfig } from './fetch-image.ts';
import { type ArchivedImage, findArchivedImages } from './find-archived-images.ts';
import { layerTeller } from './layer-progress.ts';
import { readArchive } from './read-archive.ts';
import { type LayerToUnpack, unpackLayers } from './unpack-layers.ts';

export interface LoadRequest {
  readonly services: CoreServices;
  readonly archive: AsyncIterable<Uint8Array>;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Loads every image of a docker-archive or OCI layout. Result: their names, or the IDs of those without one, in the
 * order of the archive. An image is recorded when all of it is here; a failure leaves those before it.
 */
export async function loadImages(request: LoadRequest): Promise<readonly string[]> {
  const { services, emit, signal } = request;
  using lease = services.metadata.leases.acquire('load');
  const archive = await readArchive(services, lease, request.archive, {
    signal,
    onProgress: (doneBytes) =>
      emit(
        { kind: 'layer', layer: 'archive', phase: 'downloading', doneBytes, totalBytes: undefined },
        'archive',
      ),
  });
  const loaded: string[] = [];
  for (const image of await findArchivedImages(services.content, lease, archive)) {
    const unpacked = await unpackImage(request, lease, image);
    await services.snapshots.flush();
    signal.throwIfAborted();
    const references = image.names;
    const { id, diffIds } = await services.images.record({
      manifest: image.manifest,
      references,
      event: 'image.loaded',
    });
    rememberLayerBlobs(services.metadata, diffIds, image.document.layers, unpacked);
    loaded.push(...(references.length === 0 ? [id] : references.map(familiar)));
  }
  return loaded;
}

/** Result: the blobs that were unpacked, as against those whose layers were here. */
async function unpackImage(
  { services, emit, signal }: LoadRequest,
  lease: Lease,
  image: ArchivedImage,
): Promise<ReadonlySet<Digest>> {
  const { content, snapshots } = services;
  const { config, layers } = image.document;
  const { rootfs } = parseConfig(await content.read(config.digest, configLimitBytes), image.document);
  const unpacked = new Set<Digest>();
  const steps = layers.map((layer, index): LayerToUnpack => {
    const diffId = rootfs.diff_ids[index] as DiffId;
    const tell = layerTeller(emit, diffId);
    return {
      diffId,
      apply(targetDir, options) {
        const path = content.path(layer.digest);
        // Of a plain tar the digest, verified on the way in, is the diff ID.
        const knownDiffId = compressionOf(path) === 'none' ? parseDiffId(layer.digest) : undefined;
        return applyLayer({ path }, targetDir, {
          ...options,
          knownDigest: layer.digest,
          knownDiffId,
          signal,
          onProgress: (doneBytes) => tell('extracting', doneBytes, layer.size),
        });
      },
      onExists: () => tell('exists', layer.size, layer.size),
      onDone: () => {
        unpacked.add(layer.digest);
        tell('done', layer.size, layer.size);
      },
    };
  });
  await unpackLayers(snapshots, lease, steps);
  return unpacked;
}
