import { GantryError } from '../../base/gantry-error.ts';
import { isErrorKind } from '../../base/is-error-code.ts';
import type { PulledImage } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform, normalizePlatform } from '../../oci/platform-parse.ts';
import {
  canonicalReference,
  familiarReference,
  type Reference,
  repositoryName,
} from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { Image } from '../images/image-store.ts';
import { rememberLayerBlobs } from '../layers/layer-blob-records.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import { fetchImage } from './fetch-image.ts';
import { fetchLayers } from './fetch-layers.ts';
import { isWhole } from './is-whole.ts';
import { layerTeller } from './layer-progress.ts';
import { withTransferLease } from './with-transfer-lease.ts';

export interface PullRequest {
  readonly services: CoreServices;
  /** What keeps things besides images. Without it what a failure has left waits for the next collection. */
  readonly roots?: readonly GarbageRoots[] | undefined;
  readonly repository: RepositoryClient;
  /** With a tag, or a digest. */
  readonly reference: Reference;
  readonly platform: Platform;
  /** Somebody asked for it: an image of another one is not what is meant. */
  readonly isPlatformAsked: boolean;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Pulls one image: manifest, config, then layers in parallel, each unpacked as soon as those below it are. A record
 * is written only when all of it is here. Blobs that came stay for the next try when the registry or the way to it fails,
 * or the pull is cancelled; of an image that cannot be used nothing stays.
 */
export function pullImage(request: PullRequest): Promise<PulledImage> {
  const name = `pull ${canonicalReference(request.reference)}`;
  return withTransferLease({ ...request, name, isWorthKeeping }, (lease) => pullUnder(lease, request));
}

/** What came damaged may come whole; an image that is wrong in itself stays so. */
function isWorthKeeping(error: unknown): boolean {
  const { kind, code } = GantryError.from(error);
  return !wrongKinds.has(kind) || damagedOnTheWay.has(code);
}

const wrongKinds: ReadonlySet<string> = new Set(['invalid', 'corrupt', 'unsupported', 'not-found']);
const damagedOnTheWay: ReadonlySet<string> = new Set([
  'digest-mismatch',
  'size-mismatch',
  'manifest-digest-mismatch',
  // Of a layer that is unpacked while it comes, before anybody can know its digest.
  'bad-compression',
  'bad-tar',
]);

async function pullUnder(lease: Lease, request: PullRequest): Promise<PulledImage> {
  const { services, reference, signal } = request;
  const tagOrDigest = reference.digest ?? reference.tag ?? 'latest';
  const current = await findCurrent(request, tagOrDigest);
  if (current !== undefined) {
    tellBegin(request);
    const { image, layers, digest } = current;
    for (const layer of layers) layerTeller(request.emit, layer.digest)('exists', layer.size, layer.size);
    tellEnd(request, digest);
    return { reference: familiarReference(reference), digest, id: image.id, upToDate: true };
  }
  const fetched = await fetchImage(request.repository, tagOrDigest, request.platform, signal);
  tellBegin(request);
  const known = services.images.find(canonicalReference(reference));
  const unpacked = await fetchLayers({ ...request, fetched, lease });
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
  rememberLayerBlobs(services.metadata, image.diffIds, fetched.document.layers, unpacked);
  tellEnd(request, fetched.rootDigest);
  return {
    reference: familiarReference(reference),
    digest: fetched.rootDigest,
    id: image.id,
    upToDate: known?.id === image.id,
  };
}

/**
 * The image this name means here, if the registry means the same by it: asked by HEAD, which registries that count
 * pulls do not count. One that somebody removes while the registry is asked is not here.
 */
async function findCurrent(
  { services, repository, reference, platform, signal }: PullRequest,
  tagOrDigest: string,
): Promise<
  { readonly image: Image; readonly layers: readonly Descriptor[]; readonly digest: Digest } | undefined
> {
  const find = (): Image | undefined => services.images.find(canonicalReference(reference));
  const image = find();
  if (image === undefined || !(await isWhole(services, image))) return undefined;
  const { os, architecture, variant } = image.config;
  const of = variant === undefined ? { os, architecture } : { os, architecture, variant };
  if (formatPlatform(normalizePlatform(of)) !== formatPlatform(normalizePlatform(platform))) return undefined;
  const digest = reference.digest ?? (await repository.resolve(tagOrDigest, signal)).digest;
  if (!image.repoDigests.includes(`${repositoryName(reference)}@${digest}`)) return undefined;
  try {
    const { layers } = await services.images.manifest(image.id);
    return find()?.id === image.id ? { image, layers, digest } : undefined;
  } catch (error) {
    if (isErrorKind(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Once it is known to be there. */
function tellBegin({ reference, emit }: PullRequest): void {
  const name = reference.digest === undefined ? (reference.tag ?? 'latest') : familiarReference(reference);
  emit({ kind: 'message', text: `${name}: Pulling from ${reference.path}` });
}

function tellEnd({ emit }: PullRequest, digest: Digest): void {
  emit({ kind: 'message', text: `Digest: ${digest}`, endsImage: true });
}
