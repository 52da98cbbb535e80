import { GantryError } from '../../../base/gantry-error.ts';
import { isErrorCode } from '../../../base/is-error-code.ts';
import type { TransferEvent } from '../../../engine/transfer-events.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Manifest } from '../../../oci/manifest.ts';
import { mediaTypes } from '../../../oci/media-types.ts';
import type { Image } from '../../images/image-store.ts';
import { leaseImage } from '../../images/lease-image.ts';
import { ensureBaseImage } from '../../transfer/ensure-base-image.ts';
import type { BuildSession } from './build-session.ts';
import { buildCacheRoots } from './cache-roots.ts';
import type { StageState } from './stage-state.ts';

/** The state a stage begins with, from an image that is here or is pulled. `cached`: nothing had to be pulled. */
export async function solveImage(
  session: BuildSession,
  reference: string,
  platform: string | undefined,
  vertex: string,
): Promise<{ readonly state: StageState; readonly cached: boolean }> {
  const { services, dependencies, signal } = session;
  const before = services.images.findBase(reference)?.id;
  const image = await ensureBaseImage(services, reference, {
    pullPolicy: session.pull ? 'always' : 'missing',
    platform,
    roots: [buildCacheRoots(services.metadata), ...dependencies.roots],
    registry: dependencies.registry,
    emit: tellPull(session, vertex),
    signal,
  });
  return { state: await stateOfImage(session, image, reference), cached: image.id === before };
}

/** The state of an image that is here, which from now on is kept for the build. `reference` is for messages. */
export async function stateOfImage(
  { services, lease }: BuildSession,
  image: Image,
  reference: string,
): Promise<StageState> {
  const { manifest } = await leaseImage(services.images, lease, image).catch((error: unknown) => {
    throw isErrorCode(error, 'image-not-found') ? layersGone(reference) : error;
  });
  return imageState(image, manifest);
}

/** Tells of a transfer as the progress of a step. */
export function tellPull(session: BuildSession, vertex: string): (event: TransferEvent) => void {
  return (event) => {
    if (event.kind === 'message') {
      if (event.warning) session.emit({ kind: 'warning', message: event.text, position: undefined });
      return;
    }
    const { layer, phase, doneBytes: done, totalBytes: total } = event;
    session.emit({ kind: 'progress', vertex, label: `${layer} ${phase}`, done, total }, `${vertex} ${layer}`);
  };
}

function imageState(image: Image, manifest: Manifest): StageState {
  const { config } = image;
  const { os, architecture, variant } = config;
  const history = wholeHistory(image);
  return {
    inherited: { layers: image.diffIds.length, history: history.length },
    chainId: image.topChainId,
    definition: image.topChainId ?? '',
    layers: image.diffIds.map((diffId, index) => ({
      diffId,
      descriptor: inOciTerms(layerAt(manifest, index)),
    })),
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    config: config.config ?? {},
    author: config.author,
    history,
    createdAt: config.created,
    args: new Map(),
    hasOwnCommand: false,
  };
}

function layerAt({ layers }: Manifest, index: number): Descriptor {
  const descriptor = layers[index];
  if (descriptor !== undefined) return descriptor;
  throw new GantryError({
    kind: 'corrupt',
    code: 'layer-count-mismatch',
    message: 'the base image has fewer layers than its config names',
  });
}

/** Docker's layer types mean the same bytes; an OCI manifest had better not mix the two vocabularies. */
function inOciTerms(descriptor: Descriptor): Descriptor {
  const { mediaType } = descriptor;
  if (mediaType === mediaTypes.dockerLayerGzip) return { ...descriptor, mediaType: mediaTypes.layerGzip };
  return mediaType === mediaTypes.dockerLayer ? { ...descriptor, mediaType: mediaTypes.layer } : descriptor;
}

/** History with one entry for each layer, also of images that came without: readers count on it. */
function wholeHistory({ config, diffIds }: Image): StageState['history'] {
  const history = config.history ?? [];
  const described = history.filter((item) => item.empty_layer !== true).length;
  const missing = Math.max(0, diffIds.length - described);
  const created = config.created === undefined ? {} : { created: config.created };
  return [...history, ...Array.from({ length: missing }, () => ({ ...created, created_by: '' }))];
}

function layersGone(reference: string): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'image-removed',
    message: `image ${reference} was removed while it was being used`,
    hint: 'build again',
  });
}
