import type { PulledImage } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { DiffId } from '../../oci/digest.ts';
import type { Platform } from '../../oci/platform.ts';
import {
  canonicalReference,
  familiarName,
  familiarReference,
  type Reference,
  repositoryName,
} from '../../oci/reference.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { rememberLayerBlobs } from '../layers/layer-blob-records.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import { type FetchedImage, fetchImage } from './fetch-image.ts';
import { fetchLayers } from './fetch-layers.ts';
import { layerTeller } from './layer-progress.ts';

export interface PullRequest {
  readonly services: CoreServices;
  readonly repository: RepositoryClient;
  /** With a tag or a digest. */
  readonly reference: Reference;
  readonly platform: Platform;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Pulls one image: manifest, config, then layers in parallel, each unpacked as soon as those below it are. Blobs that
 * came stay for the next try when it fails or is cancelled; a record is written only when all of it is here.
 */
export async function pullImage(request: PullRequest): Promise<PulledImage> {
  const { services, reference, emit, signal } = request;
  const tagOrDigest = reference.digest ?? reference.tag ?? 'latest';
  using lease = services.metadata.leases.acquire(`pull ${canonicalReference(reference)}`);
  emit({ kind: 'message', text: `${tagOrDigest}: Pulling from ${familiarName(reference)}` });
  const fetched = await fetchImage(request.repository, tagOrDigest, request.platform, signal);
  const pulled = { reference: familiarReference(reference), digest: fetched.rootDigest };

  const known = services.images.find(canonicalReference(reference));
  if (known?.manifestDigest === fetched.manifest.descriptor.digest && isUnpacked(services, known.diffIds)) {
    tellExisting(fetched, emit);
    return { ...pulled, id: known.id, upToDate: true };
  }
  await fetchLayers({ ...request, fetched, lease });
  lease.protect({ kind: 'content', key: fetched.manifest.descriptor.digest });
  await services.content.put(fetched.manifest.bytes);
  await services.snapshots.flush();
  signal.throwIfAborted();
  const image = await services.images.record({
    manifest: fetched.manifest.descriptor,
    references: reference.tag === undefined ? [] : [canonicalReference({ ...reference, digest: undefined })],
    repoDigests: [`${repositoryName(reference)}@${fetched.rootDigest}`],
    event: 'image.pulled',
  });
  rememberLayerBlobs(services.metadata, image.diffIds, fetched.document.layers);
  return { ...pulled, id: image.id, upToDate: false };
}

function isUnpacked(services: CoreServices, diffIds: readonly DiffId[]): boolean {
  return chainIds(diffIds).every((chain) => services.snapshots.has(chain));
}

function tellExisting(fetched: FetchedImage, emit: Emit<TransferEvent>): void {
  for (const { digest, size } of fetched.document.layers) layerTeller(emit, digest)('exists', size, size);
}
