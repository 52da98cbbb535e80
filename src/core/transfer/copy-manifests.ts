import { GantryError } from '../../base/gantry-error.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { isForeignLayer } from '../../oci/foreign-layer.ts';
import type { BlobPush, FetchedManifest, RepositoryClient } from '../registry/registry-client.ts';
import { deepestIndex, nestedTooDeep } from './choose-manifest.ts';
import { layerTeller } from './layer-progress.ts';
import { limiter } from './limiter.ts';
import { openRemoteBlob } from './open-remote-blob.ts';

export interface ManifestCopy {
  readonly from: RepositoryClient;
  readonly to: RepositoryClient;
  /** Paths of repositories beside the target that have the blobs. */
  readonly mountFrom: readonly string[];
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

const parallelBlobs = 5;
const mostManifests = 2000;

/**
 * Copies a manifest or index to another repository under a name, with all that it names, byte for byte. When it rejects,
 * nothing is under way any more.
 */
export async function copyManifests(copy: ManifestCopy, root: FetchedManifest, name: string): Promise<void> {
  const stop = new AbortController();
  const copying: Copying = {
    ...copy,
    signal: AbortSignal.any([copy.signal, stop.signal]),
    limit: limiter(parallelBlobs),
    blobs: new Map(),
    manifests: new Set(),
    mirrors: { areLeft: false },
  };
  try {
    await copyManifest(copying, root, name, 0);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(copying.blobs.values());
    throw error;
  }
}

interface Copying extends ManifestCopy {
  readonly limit: ReturnType<typeof limiter>;
  /** Those that several platforms share go once. */
  readonly blobs: Map<Digest, Promise<void>>;
  /** An index may list one twice, and indexes inside it the same again. */
  readonly manifests: Set<Digest>;
  /** Blobs that began before that may be what a mirror made of them. */
  readonly mirrors: { areLeft: boolean };
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
    const push = (): Promise<BlobPush> =>
      copy.to.pushBlob(blob, {
        signal: copy.signal,
        open: (range) => openRemoteBlob(copy.from, blob, range, copy.signal),
        onProgress: (doneBytes) => tell('pushing', doneBytes, blob.size),
        onRetry: () => tell('retrying', 0, blob.size),
        mountFrom: copy.mountFrom,
      });
    const mayLie = !copy.mirrors.areLeft;
    const done = await push().catch((error: unknown) => {
      if (!mayLie || !leaveMirrors(copy, error)) throw error;
      return push();
    });
    if (typeof done === 'string') tell(done, blob.size, blob.size);
    else tell('mounted', blob.size, blob.size, done.mountedFrom);
  });
  copy.blobs.set(blob.digest, copied);
  return copied;
}

/** What of a mirror is not what it should be, or never comes to its end, may be whole at the registry itself. */
function leaveMirrors({ from, emit, mirrors, signal }: Copying, error: unknown): boolean {
  const { kind, message, details } = GantryError.from(error);
  // The target looks at digests too.
  const mayBeMirrors = ['corrupt', 'network', 'timeout'].includes(kind) || details['status'] === 400;
  if (signal.aborted || !mayBeMirrors) return false;
  if (from.leaveMirrors()) {
    mirrors.areLeft = true;
    const text = `The registry itself is asked now, and no mirror any more: ${message}`;
    emit({ kind: 'message', text, warning: true });
  }
  return mirrors.areLeft;
}

function tooManyManifests(): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'nested-index',
    message: `the index and those inside it list more than ${mostManifests} manifests`,
    hint: 'Copy one platform of it: --platform.',
  });
}
