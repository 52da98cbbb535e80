import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId, Digest } from '../../oci/digest.ts';
import { chainIds } from '../../oci/sha256.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import type { Lease } from '../metadata/metadata.ts';
import { checkPlatform } from './check-platform.ts';
import type { ChosenManifest } from './choose-manifest.ts';
import { connectionBudget } from './connection-budget.ts';
import { type BlobDownload, downloadBlob } from './download-blob.ts';
import { parseConfig } from './fetch-image.ts';
import { layerTeller, type TellLayer } from './layer-progress.ts';
import { limiter } from './limiter.ts';
import type { PullRequest } from './pull-image.ts';
import { streamLayer } from './stream-layer.ts';
import { type LayerToUnpack, unpackLayers } from './unpack-layers.ts';

const parallelDownloads = 3;
const extraConnections = 8;

export interface LayersRequest extends PullRequest {
  readonly fetched: ChosenManifest;
  readonly lease: Lease;
}

/**
 * Brings an image's config and layers into the content store and its layers into snapshots. The lowest missing layer
 * is unpacked while it comes in; the others arrive beside it and are unpacked from disk. The first failure stops all.
 * What mirrors brought and is not what it should be, or never came to its end, is fetched from the registry itself.
 */
export async function fetchLayers(request: LayersRequest): Promise<ReadonlyMap<DiffId, Digest>> {
  try {
    return await fetchOnce(request);
  } catch (error) {
    const { kind, message } = GantryError.from(error);
    const mayBeMirrors = kind === 'corrupt' || kind === 'network' || kind === 'timeout';
    if (request.signal.aborted || !mayBeMirrors || !request.repository.leaveMirrors()) throw error;
    const text = `The registry itself is asked now, and no mirror any more: ${message}`;
    request.emit({ kind: 'message', text, warning: true });
    return await fetchOnce(request);
  }
}

async function fetchOnce(request: LayersRequest): Promise<ReadonlyMap<DiffId, Digest>> {
  const { services, repository, emit, fetched, lease } = request;
  const { content, snapshots } = services;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const connections = connectionBudget(extraConnections);
  const download = (descriptor: Descriptor, tell: TellLayer): BlobDownload => {
    lease.protect({ kind: 'content', key: descriptor.digest });
    return { descriptor, repository, content, connections, tell, signal };
  };

  const { config: configDescriptor, layers } = fetched.document;
  await downloadBlob(download(configDescriptor, () => undefined));
  const config = parseConfig(
    await content.read(configDescriptor.digest, documentLimitBytes),
    fetched.document,
  );
  checkPlatform(request, fetched, config);
  const chain = chainIds(config.rootfs.diff_ids);
  const isThere = (index: number): boolean => index < 0 || snapshots.has(chain[index] as string);
  const limit = limiter(parallelDownloads);
  const arriving: Promise<void>[] = [];
  const unpackedNow = new Map<DiffId, Digest>();

  const plan = (descriptor: Descriptor, index: number): LayerToUnpack => {
    const tell = layerTeller(emit, descriptor.digest);
    const there = isThere(index);
    const diffId = config.rootfs.diff_ids[index] as DiffId;
    // A push needs a blob, and not this one where there is another of the same layer.
    const other = there ? layerBlobs(services.metadata).get(diffId) : undefined;
    if (other !== undefined) lease.protect({ kind: 'content', key: other.digest });
    const here = content.info(descriptor.digest);
    const isStored =
      here === undefined
        ? other !== undefined && content.has(other.digest)
        : here.sizeBytes === descriptor.size;
    tell(there && isStored ? 'exists' : 'waiting', 0, descriptor.size);
    const wanted = download(descriptor, tell);
    const streams = !there && isThere(index - 1) && !isStored;
    const arrived = streams || (there && isStored) ? Promise.resolve() : limit(() => downloadBlob(wanted));
    // What had to be fetched did not exist already, wherever its files come from.
    const tellWhole = (): void => tell(isStored ? 'exists' : 'done', descriptor.size, descriptor.size);
    arriving.push(there ? arrived.then(tellWhole) : arrived);
    return {
      diffId,
      apply: async (targetDir, options) => {
        if (streams) return streamLayer(wanted, targetDir, options);
        await arrived;
        tell('extracting', 0, descriptor.size);
        return applyLayer({ path: content.path(descriptor.digest) }, targetDir, {
          ...options,
          knownDigest: descriptor.digest,
          signal,
          onProgress: (doneBytes) => tell('extracting', doneBytes, descriptor.size),
        });
      },
      onExists: () => {
        if (!there) tellWhole();
      },
      onDone: () => {
        unpackedNow.set(diffId, descriptor.digest);
        tell('done', descriptor.size, descriptor.size);
      },
    };
  };

  // Before anything is looked for: what is seen to be here then stays.
  for (const key of chain) lease.protect({ kind: 'snapshot', key });
  const steps = layers.map(plan);
  const unpacked = unpackLayers(snapshots, lease, steps);
  try {
    await Promise.all([unpacked, ...arriving]);
  } catch (error) {
    stop.abort();
    await Promise.allSettled([unpacked, ...arriving]);
    throw error;
  }
  return unpackedNow;
}
