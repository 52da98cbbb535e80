import type { ImportOptions } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { ImageId } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { newTag } from '../../oci/new-name.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import { chainId } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import { randomHex } from '../host/random-hex.ts';
import { applyChanges } from '../images/apply-changes.ts';
import { writeImage } from '../images/write-image.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import { type LayerCompression, layerMediaType } from '../layers/compression.ts';
import { decompress, detectSource } from '../layers/decompress.ts';
import { rememberLayerBlobs } from '../layers/layer-blob-records.ts';
import type { AppliedLayer } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';
import { partTeller } from './layer-progress.ts';

export interface ImportRequest {
  readonly services: CoreServices;
  readonly archive: AsyncIterable<Uint8Array>;
  readonly options: Omit<ImportOptions, 'signal'>;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/** Makes an image of one layer from a tar, plain or compressed. What `--change` says is checked before it is read. */
export async function importImage(request: ImportRequest): Promise<ImageId> {
  const { services, options, signal } = request;
  const config = applyChanges({}, options.changes ?? []);
  const host = hostPlatform();
  const platform = options.platform === undefined ? host : parsePlatform(options.platform, host);
  const references = options.reference === undefined ? [] : [newTag(options.reference)];

  using lease = services.metadata.leases.acquire('import');
  const { applied, compression } = await importLayer(request, lease);
  const created = new Date().toISOString();
  const image: ImageConfig = {
    created,
    ...platform,
    config,
    rootfs: { type: 'layers', diff_ids: [applied.diffId] },
    history: [{ created, comment: options.message ?? 'Imported from -' }],
  };
  const size = services.content.info(applied.digest)?.sizeBytes ?? 0;
  const layer = { mediaType: layerMediaType(compression), digest: applied.digest, size };
  const manifest = await writeImage(services.content, lease, image, [layer]);
  await services.snapshots.flush();
  signal.throwIfAborted();
  const { id, diffIds } = await services.images.record({ manifest, references, event: 'image.imported' });
  rememberLayerBlobs(
    services.metadata,
    diffIds,
    [layer],
    new Map(diffIds.map((diffId) => [diffId, layer.digest])),
  );
  return id;
}

/** Keeps the bytes as they come and unpacks them at the same time. */
async function importLayer(
  { services, archive, emit, signal }: ImportRequest,
  lease: Lease,
): Promise<{ readonly applied: AppliedLayer; readonly compression: LayerCompression }> {
  const { content, snapshots } = services;
  const key = `unpack-${randomHex(8)}`;
  lease.protect({ kind: 'snapshot', key });
  await snapshots.prepare(key, undefined);
  try {
    await using ingest = await content.ingest(undefined, { signal });
    const { kind, rest } = await detectSource(archive);
    // What registries have no type for is kept plain.
    const isLayer = kind !== 'xz' && kind !== 'bzip2';
    const kept = (async function* () {
      for await (const chunk of isLayer ? rest : decompress(rest)) {
        await ingest.write(chunk);
        yield chunk;
      }
    })();
    const tell = partTeller(emit, 'import');
    const applied = await applyLayer(kept, snapshots.layerDir(key), {
      whiteouts: 'delete',
      signal,
      onProgress: (doneBytes) => tell('extracting', doneBytes),
      onWritten: (bytes) => snapshots.wrote(bytes),
    });
    await ingest.commit(lease);
    tell('done');
    const name = chainId(undefined, applied.diffId);
    lease.protect({ kind: 'snapshot', key: name });
    await snapshots.commit(key, name, applied);
    return { applied, compression: isLayer ? kind : 'none' };
  } catch (error) {
    await snapshots.remove(key);
    throw error;
  }
}
