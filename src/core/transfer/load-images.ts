import { GantryError } from '../../base/gantry-error.ts';
import { untilAborted } from '../../base/until-aborted.ts';
import type { ArchiveBytes } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type DiffId, type Digest, type ImageId, parseDiffId } from '../../oci/digest.ts';
import type { CoreServices } from '../core-services.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import { leaseImage } from '../images/lease-image.ts';
import { familiar } from '../images/summarize-image.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import { compressionOf } from '../layers/compression.ts';
import { rememberLayerBlobs } from '../layers/layer-blob-records.ts';
import type { Lease } from '../metadata/metadata.ts';
import { parseConfig, requireLayerCount } from './fetch-image.ts';
import { type ArchivedImage, findArchivedImages, type KeptImage } from './find-archived-images.ts';
import { isWhole } from './is-whole.ts';
import { layerTeller, partTeller } from './layer-progress.ts';
import { planArchive } from './plan-archive.ts';
import { provenNames } from './proven-names.ts';
import { readArchive } from './read-archive.ts';
import { UnpackAhead } from './unpack-ahead.ts';
import { type LayerToUnpack, unpackLayers } from './unpack-layers.ts';
import { withTransferLease } from './with-transfer-lease.ts';

export interface LoadRequest {
  readonly services: CoreServices;
  /** What keeps things besides images. Without it what a failure has left waits for the next collection. */
  readonly roots?: readonly GarbageRoots[] | undefined;
  readonly archive: ArchiveBytes;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
  /** Takes of the images those that are wanted; they get no names then. Default: all, with theirs. */
  readonly choose?: ((images: readonly ArchivedImage[]) => readonly ArchivedImage[]) | undefined;
}

/**
 * Loads every image of a docker-archive or OCI layout. Result: their names, or the IDs of those without one, in the
 * order of the archive. An image is recorded when all of it is here; a failure leaves those before it and nothing else.
 */
export function loadImages(request: LoadRequest): Promise<readonly string[]> {
  return withTransferLease({ ...request, name: 'load' }, (lease) => loadUnder(lease, request));
}

async function loadUnder(lease: Lease, request: LoadRequest): Promise<readonly string[]> {
  const { services, emit, signal } = request;
  const tell = partTeller(emit, 'archive');
  const { file } = request.archive;
  const plans = file === undefined ? [] : await planArchive(services, lease, file);
  await using ahead = new UnpackAhead({ services, lease, plans, emit, signal });
  await using archive = await readArchive(services, lease, untilAborted(request.archive, signal), {
    signal,
    onProgress: (doneBytes) => tell('downloading', doneBytes),
    follower: ahead,
  });
  tell('downloaded');
  await ahead.finish();
  signal.throwIfAborted();
  const { unpacked } = ahead;
  const loaded: string[] = [];
  const images = await findArchivedImages({ services, lease, archive });
  for (const image of request.choose?.(images) ?? images) {
    const manifest =
      (await findHere(request, lease, image, unpacked)) ??
      (await unpackImage(request, lease, await image.keep(), unpacked));
    await services.snapshots.flush();
    signal.throwIfAborted();
    const wanted = request.choose === undefined ? image.names : [];
    const { references, repoDigests, unproven } = provenNames(wanted, image.digests, manifest.digest);
    for (const name of unproven) tellUnproven(request, name, image.id);
    for (const reference of references) tellRenaming(request, reference, image.id);
    await services.images.record({ manifest, references, repoDigests, event: 'image.loaded' });
    const names = [...references, ...repoDigests].map(familiar);
    loaded.push(...(names.length === 0 ? [image.id] : names));
  }
  return loaded;
}

function tellUnproven({ emit }: LoadRequest, name: string, id: ImageId): void {
  const text = `The image ${id} is not what the digest in ${familiar(name)} says: it does not get that name`;
  emit({ kind: 'message', text, warning: true });
}

/** That a name goes from one image to another, in Docker's words. */
function tellRenaming({ services, emit }: LoadRequest, reference: string, id: ImageId): void {
  const before = services.images.find(reference);
  if (before === undefined || before.id === id) return;
  emit({
    kind: 'message',
    text: `The image ${familiar(reference)} already exists, renaming the old one with ID ${before.id} to empty string`,
    warning: true,
  });
}

/** The manifest of an image that is here already, and whole: it stays what it is, and nothing is kept of the archive's. */
async function findHere(
  { services, emit }: LoadRequest,
  lease: Lease,
  { id, layers }: ArchivedImage,
  unpacked: ReadonlyMap<DiffId, Digest>,
): Promise<Descriptor | undefined> {
  const here = services.images.get(id);
  if (here === undefined) return undefined;
  requireLayerCount(layers.length, here.diffIds.length);
  try {
    const { descriptor, manifest } = await leaseImage(services.images, lease, here);
    if (!(await isWhole(services, here))) return undefined;
    for (const [index, diffId] of here.diffIds.entries()) {
      const size = manifest.layers[index]?.size ?? 0;
      if (!unpacked.has(diffId)) layerTeller(emit, diffId)('exists', size, size);
    }
    return descriptor;
  } catch (error) {
    const { kind } = GantryError.from(error);
    // Removed by somebody in this moment, or damaged: the archive has it.
    if (kind === 'not-found' || kind === 'corrupt') return undefined;
    throw error;
  }
}

/** Adds to `unpacked` those that were not here before. Result: the image's manifest. */
async function unpackImage(
  { services, emit, signal }: LoadRequest,
  lease: Lease,
  { manifest, document }: KeptImage,
  unpacked: Map<DiffId, Digest>,
): Promise<Descriptor> {
  const { content, snapshots } = services;
  const { config, layers } = document;
  const { rootfs } = parseConfig(await content.read(config.digest, documentLimitBytes), document);
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
      onExists() {
        if (!unpacked.has(diffId)) tell('exists', layer.size, layer.size);
      },
      onDone() {
        unpacked.set(diffId, layer.digest);
        tell('done', layer.size, layer.size);
      },
    };
  });
  await unpackLayers(snapshots, lease, steps);
  rememberLayerBlobs(services.metadata, rootfs.diff_ids, layers, unpacked);
  return manifest;
}
