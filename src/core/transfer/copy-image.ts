import { GantryError } from '../../base/gantry-error.ts';
import type { CopiedImage, CopyOptions } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { isForeignLayer } from '../../oci/foreign-layer.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import { familiarReference, parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { FetchedManifest, RegistryClient, RepositoryClient } from '../registry/registry-client.ts';
import { chooseManifest, deepestIndex, nestedTooDeep } from './choose-manifest.ts';
import { layerTeller } from './layer-progress.ts';
import { limiter } from './limiter.ts';
import { openRemoteBlob } from './open-remote-blob.ts';

export interface CopyRequest extends Omit<CopyOptions, 'signal'> {
  readonly registry: RegistryClient;
  /** As the user wrote them. */
  readonly source: string;
  readonly target: string;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

const parallelBlobs = 5;
const mostManifests = 2000;

/**
 * Copies what a name means from one repository to another, byte for byte, so that all digests stay: blobs first, then
 * manifests, then what the name itself is. Within one registry blobs are mounted; elsewhere they flow through, and
 * nothing is kept here. One platform of an index, or all of it with its attestations.
 */
export async function copyImage(request: CopyRequest): Promise<CopiedImage> {
  const { registry, emit, signal, all = false } = request;
  const source = withDefaultTag(parseReference(request.source));
  const target = withDefaultTag(parseReference(request.target));
  const from = registry.repository(source.domain, source.path, 'pull');
  const to = registry.repository(target.domain, target.path, 'push');
  const named = nameOf(source);
  const root = all
    ? await from.fetchManifest(named, signal)
    : (await chooseManifest(from, named, platformOf(request), signal)).manifest;
  if (target.digest !== undefined && target.digest !== root.descriptor.digest) {
    throw otherDigest(target, root.descriptor.digest);
  }
  emit({ kind: 'message', text: `Copying ${familiarReference(source)} to ${familiarReference(target)}` });
  const stop = new AbortController();
  const copy: Copying = {
    from,
    to,
    mountFrom: source.domain === target.domain ? [source.path] : [],
    signal: AbortSignal.any([signal, stop.signal]),
    emit,
    limit: limiter(parallelBlobs),
    blobs: new Map(),
    manifests: new Set(),
  };
  try {
    await copyManifest(copy, root, nameOf(target), 0);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(copy.blobs.values());
    throw error;
  }
  return {
    source: familiarReference(source),
    target: familiarReference(target),
    digest: root.descriptor.digest,
    sizeBytes: root.bytes.length,
  };
}

interface Copying {
  readonly from: RepositoryClient;
  readonly to: RepositoryClient;
  readonly mountFrom: readonly string[];
  readonly signal: AbortSignal;
  readonly emit: Emit<TransferEvent>;
  readonly limit: ReturnType<typeof limiter>;
  /** Those that several platforms share go once. */
  readonly blobs: Map<Digest, Promise<void>>;
  /** An index may list one twice, and indexes inside it the same again. */
  readonly manifests: Set<Digest>;
}

/** What it names first, then the manifest itself: a registry never has one that names what is not there. */
async function copyManifest(
  copy: Copying,
  { bytes, descriptor }: FetchedManifest,
  name: string,
  depth: number,
): Promise<void> {
  const { from, to, signal } = copy;
  const decoded = decodeManifestDocument(bytes, descriptor.mediaType);
  if (decoded.kind === 'index') {
    if (depth === deepestIndex) throw nestedTooDeep();
    for (const { digest } of decoded.index.manifests) {
      if (copy.manifests.has(digest)) continue;
      copy.manifests.add(digest);
      if (copy.manifests.size > mostManifests) throw tooManyManifests();
      await copyManifest(copy, await from.fetchManifest(digest, signal), digest, depth + 1);
    }
  } else {
    const { config, layers } = decoded.manifest;
    const wanted = [config, ...layers].filter((blob) => !isForeignLayer(blob));
    await Promise.all(wanted.map((blob) => copyBlob(copy, blob)));
  }
  await to.pushManifest(name, descriptor.mediaType, bytes, signal);
}

function copyBlob(copy: Copying, blob: Descriptor): Promise<void> {
  const known = copy.blobs.get(blob.digest);
  if (known !== undefined) return known;
  const tell = layerTeller(copy.emit, blob.digest);
  tell('waiting', 0, blob.size);
  const copied = copy.limit(async () => {
    copy.signal.throwIfAborted();
    const done = await copy.to.pushBlob(blob, {
      signal: copy.signal,
      open: (range) => openRemoteBlob(copy.from, blob, range, copy.signal),
      onProgress: (doneBytes) => tell('pushing', doneBytes, blob.size),
      onRetry: () => tell('retrying', 0, blob.size),
      mountFrom: copy.mountFrom,
    });
    if (typeof done === 'string') tell(done, blob.size, blob.size);
    else tell('mounted', blob.size, blob.size, done.mountedFrom);
  });
  copy.blobs.set(blob.digest, copied);
  return copied;
}

function platformOf({ platform }: CopyRequest) {
  const host = hostPlatform();
  return platform === undefined ? host : parsePlatform(platform, host);
}

function nameOf({ digest, tag }: Reference): string {
  return digest ?? tag ?? 'latest';
}

function tooManyManifests(): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'nested-index',
    message: `the index and those inside it list more than ${mostManifests} manifests`,
    hint: 'Copy one platform of it: --platform.',
  });
}

function otherDigest(target: Reference, digest: Digest): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: `cannot copy to ${familiarReference(target)}: what is copied has the digest ${digest}`,
    hint: 'Leave the digest out, or give the target a tag.',
  });
}
