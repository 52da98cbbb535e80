import { createReadStream } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import type { PushedImage } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { isForeignLayer } from '../../oci/foreign-layer.ts';
import { isIndexType } from '../../oci/media-types.ts';
import { formatPlatform } from '../../oci/platform-parse.ts';
import {
  canonicalReference,
  familiarName,
  familiarReference,
  parseReference,
  type Reference,
  repositoryName,
} from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import { imageRecords, moveName } from '../images/image-records.ts';
import type { Image } from '../images/image-store.ts';
import type { BlobPushOptions, RepositoryClient } from '../registry/registry-client.ts';
import { layerTeller } from './layer-progress.ts';
import { limiter } from './limiter.ts';
import { planShipment, type Shipment, type ShippedLayer } from './plan-shipment.ts';

export interface PushRequest {
  readonly services: CoreServices;
  readonly repository: RepositoryClient;
  /** With a tag. */
  readonly reference: Reference;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

const parallelUploads = 5;

/** Pushes what a name means: layers in parallel, the config, and the manifest last, so that it never names what is not there. */
export async function pushImage(request: PushRequest): Promise<PushedImage> {
  const { services, repository, reference, emit, signal } = request;
  const image = services.images.find(canonicalReference(reference));
  if (image === undefined) throw notHere(services, reference);
  // Told while the layers are made ready and sent.
  const replaced = tellReplacedIndex(request, image);
  using lease = services.metadata.leases.acquire(`push ${canonicalReference(reference)}`);
  const shipment = await planShipment(services, image, { lease, compress: true, emit, signal });

  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const limit = limiter(parallelUploads);
  const mountFrom = neighbours(image, reference);
  const distinct = new Map(shipment.layers.map((layer) => [layer.descriptor.digest, layer]));
  const uploads = [...distinct.values()]
    .filter(({ descriptor }) => !isForeignLayer(descriptor))
    .map((layer) => {
      layerTeller(emit, layer.diffId)('waiting', 0, layer.descriptor.size);
      return limit(() => pushLayer(request, layer, mountFrom, both));
    });
  try {
    await Promise.all(uploads);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(uploads);
    throw error;
  }
  await pushConfig(request, shipment.document.config, mountFrom);
  const bytes = await services.content.read(shipment.manifest.digest, documentLimitBytes);
  const tag = reference.tag ?? 'latest';
  const replacesIndex = await replaced;
  signal.throwIfAborted();
  await repository.pushManifest(tag, shipment.manifest.mediaType, bytes, signal);
  if (!replacesIndex && isOneOfMany(services, image, shipment)) {
    const platform = formatPlatform(image.config);
    emit({
      kind: 'message',
      text: `Only ${platform} was pushed, the platform that is here. ${howToCopyAll}`,
    });
  }
  recordPush(services, image, shipment, reference);
  const { digest } = shipment.manifest;
  emit({ kind: 'message', text: `${tag}: digest: ${digest} size: ${bytes.length}`, endsImage: true });
  return { reference: familiarReference(reference), digest, sizeBytes: bytes.length };
}

const howToCopyAll = 'To copy all of them: gantry image copy --all';

/** Warns before a name that means an image for several platforms comes to mean one of them. Never rejects. */
async function tellReplacedIndex(
  { repository, reference, emit, signal }: PushRequest,
  image: Image,
): Promise<boolean> {
  try {
    const there = await repository.resolve(reference.tag ?? 'latest', signal);
    if (!isIndexType(there.mediaType)) return false;
  } catch {
    // Nothing is there yet; or what is wrong will be told by the push.
    return false;
  }
  const platform = formatPlatform(image.config);
  emit({
    kind: 'message',
    text: `Note: ${familiarReference(reference)} is an image for several platforms there; this push replaces it by ${platform} alone. ${howToCopyAll}`,
    warning: true,
  });
  return true;
}

/** Whether it was pulled by an index: what a name of it meant was neither its own manifest nor the one pushed now. */
function isOneOfMany({ images }: CoreServices, image: Image, { manifest }: Shipment): boolean {
  const own = [manifest.digest, images.descriptor(image.id).digest];
  return image.repoDigests.some((name) => !own.some((digest) => name.endsWith(`@${digest}`)));
}

async function pushLayer(
  { services, repository, emit }: PushRequest,
  { descriptor, diffId }: ShippedLayer,
  mountFrom: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const tell = layerTeller(emit, diffId);
  const done = await repository.pushBlob(descriptor, {
    signal,
    open: opener(services, descriptor),
    onProgress: (doneBytes) => tell('pushing', doneBytes, descriptor.size),
    onRetry: () => tell('retrying', 0, descriptor.size),
    mountFrom,
  });
  if (typeof done === 'string') tell(done, descriptor.size, descriptor.size);
  else tell('mounted', descriptor.size, descriptor.size, done.mountedFrom);
}

async function pushConfig(
  { services, repository, signal }: PushRequest,
  config: Descriptor,
  mountFrom: readonly string[],
): Promise<void> {
  await repository.pushBlob(config, { signal, open: opener(services, config), mountFrom });
}

/** Every layer that is pushed has a blob by now. */
function opener({ content }: CoreServices, { digest, size }: Descriptor): BlobPushOptions['open'] {
  return ({ start, end = size }) => createReadStream(content.path(digest), { start, end: end - 1 });
}

/** Other repositories of the same registry that had this image: the registry can take blobs from there itself. */
function neighbours(image: Image, target: Reference): readonly string[] {
  return image.repoDigests
    .map(parseReference)
    .filter(({ domain, path }) => domain === target.domain && path !== target.path)
    .map(({ path }) => path)
    .slice(0, 3);
}

/** The manifest that left is the image's from now on, so that a next push or save is the same. */
function recordPush(
  { metadata }: CoreServices,
  image: Image,
  shipment: Shipment,
  reference: Reference,
): void {
  const records = imageRecords(metadata);
  metadata.transaction(() => {
    const record = records.images.get(image.id);
    if (record === undefined) return;
    records.images.put(image.id, { ...record, manifest: shipment.manifest });
    moveName(records, `${repositoryName(reference)}@${shipment.manifest.digest}`, image.id);
    metadata.journal.append({ type: 'image.pushed', id: image.id, name: canonicalReference(reference) });
  });
}

function notHere({ images }: CoreServices, reference: Reference): GantryError {
  const prefix = `${repositoryName(reference)}:`;
  const isKnown = images.list().some(({ references }) => references.some((name) => name.startsWith(prefix)));
  return new GantryError({
    kind: 'not-found',
    code: 'image-not-found',
    message: isKnown
      ? `tag does not exist: ${familiarReference(reference)}`
      : `An image does not exist locally with the tag: ${familiarName(reference)}`,
    hint: `Give it that name first: gantry tag IMAGE ${familiarReference(reference)}`,
    details: { reference: canonicalReference(reference) },
  });
}
