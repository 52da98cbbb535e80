import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type ChainId, type DiffId, digestAlgorithm, digestHex, shortId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import type { Image } from '../images/image-store.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { leaseImage } from '../images/lease-image.ts';
import { familiar } from '../images/summarize-image.ts';
import { putDocument } from '../images/write-image.ts';
import { hashLayer, packLayer } from '../layers/diff-layer.ts';
import { diffIdMismatch, ensureLayerBlob } from '../layers/layer-blob.ts';
import { asInManifest } from '../layers/layer-blob-records.ts';
import type { LayerFolder } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';
import { layerTeller } from './layer-progress.ts';

/** An image ready to leave: what its manifest names, and where the bytes come from. */
export interface Shipment {
  readonly manifest: Descriptor;
  readonly document: Manifest;
  readonly layers: readonly ShippedLayer[];
}

export interface ShippedLayer {
  readonly descriptor: Descriptor;
  readonly diffId: DiffId;
  /** Fresh bytes from the start, as often as it is called. Errors when they are not what the descriptor says. */
  open(): Readable;
}

export interface ShipmentOptions {
  readonly lease: Lease;
  /** Every layer compressed, as registries want them; else layers that were made here go as plain tars. */
  readonly compress: boolean;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

const plainTypes: ReadonlySet<string> = new Set([mediaTypes.layer, mediaTypes.dockerLayer]);

/**
 * Finds or makes the bytes of all layers. Where a layer gets another blob than the image's manifest names, a manifest
 * with that one is written; the image ID, the digest of the config, stays.
 */
export async function planShipment(
  services: CoreServices,
  image: Image,
  options: ShipmentOptions,
): Promise<Shipment> {
  const { content, images } = services;
  const { lease } = options;
  const { descriptor: stored, manifest: document } = await leaseImage(images, lease, image);
  const chain = chainIds(image.diffIds);
  const layers: ShippedLayer[] = [];
  for (const [index, diffId] of image.diffIds.entries()) {
    try {
      layers.push(await shipLayer(services, options, document, index, diffId, chain[index] as ChainId));
    } catch (error) {
      const descriptor = document.layers[index];
      const hadBlob = descriptor?.digest !== (diffId as string) || isUnpacked(services, chain[index]);
      throw hadBlob && isErrorCode(error, 'diff-id-mismatch', 'snapshot-not-found')
        ? blobLost(image, diffId, error)
        : error;
    }
  }
  const isSame = layers.every(
    ({ descriptor }, index) => descriptor.digest === document.layers[index]?.digest,
  );
  if (isSame) return { manifest: stored, document, layers };
  const changed: Manifest = { ...document, layers: layers.map(({ descriptor }) => descriptor) };
  const manifest = await putDocument(content, lease, stored.mediaType, changed);
  return { manifest, document: changed, layers };
}

/** The blob the manifest names if it is here and will do, else the tar from the snapshot, else a compressed blob. */
async function shipLayer(
  services: CoreServices,
  options: ShipmentOptions,
  { layers, mediaType }: Manifest,
  index: number,
  diffId: DiffId,
  chainId: ChainId,
): Promise<ShippedLayer> {
  const { lease, compress, emit, signal } = options;
  const descriptor = layers[index];
  if (descriptor === undefined) throw tooFewLayers();
  const isPlain = plainTypes.has(descriptor.mediaType);
  if (services.content.has(descriptor.digest) && !(compress && isPlain)) {
    return storedLayer(services, descriptor, diffId, !compress);
  }
  const folder = layerFolder(services.snapshots, chainId);
  if (!compress && isPlain && (descriptor.digest as string) === diffId) {
    // Before the first byte leaves: a tar of others need not be the one that we make.
    if (isUnpacked(services, chainId)) await requireDiffId(folder, diffId, signal);
    return unpackedLayerOf(folder, descriptor, diffId, signal);
  }
  const tell = layerTeller(emit, diffId);
  // A tar is a little more than the files in it, and so the end may come before all is packed.
  const unpackedBytes = services.snapshots.info(chainId)?.sizeBytes;
  const prepare = (tarBytes: number): void =>
    tell('preparing', Math.min(tarBytes, unpackedBytes ?? tarBytes), unpackedBytes);
  prepare(0);
  const blob = await ensureLayerBlob(services, { diffId, folder, lease, signal, onProgress: prepare });
  return storedLayer(services, asInManifest(blob, mediaType ?? ''), diffId, !compress);
}

/** A registry looks whether the bytes are what the digest says; into an archive they go as they are, so we look. */
function storedLayer(
  { content }: CoreServices,
  descriptor: Descriptor,
  diffId: DiffId,
  isVerified: boolean,
): ShippedLayer {
  const open = (): Readable => createReadStream(content.path(descriptor.digest));
  return {
    descriptor,
    diffId,
    open: isVerified ? () => Readable.from(verified(open(), descriptor)) : open,
  };
}

async function* verified(source: Readable, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const hash = createHash(digestAlgorithm(descriptor.digest));
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === digestHex(descriptor.digest)) return;
  throw new GantryError({
    kind: 'corrupt',
    code: 'digest-mismatch',
    message: `content ${descriptor.digest} was altered on the disk`,
    hint: 'Mend it with: gantry system check --repair',
  });
}

/** A layer that has no blob: its tar is made on the way out, and must come out as the manifest says. */
function unpackedLayerOf(
  folder: LayerFolder,
  descriptor: Descriptor,
  diffId: DiffId,
  signal: AbortSignal,
): ShippedLayer {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const packing = packLayer(folder, { compression: 'none', signal });
    yield* packing.chunks;
    const made = await packing.result;
    if (made.diffId === diffId && made.tarBytes === descriptor.size) return;
    throw diffIdMismatch(diffId, made.diffId);
  }
  return { descriptor, diffId, open: () => Readable.from(bytes()) };
}

function isUnpacked({ snapshots }: CoreServices, chainId: ChainId | undefined): boolean {
  return chainId !== undefined && snapshots.info(chainId)?.isUnpacked === true;
}

async function requireDiffId(folder: LayerFolder, diffId: DiffId, signal: AbortSignal): Promise<void> {
  const made = await hashLayer(folder, signal);
  if (made.diffId !== diffId) throw diffIdMismatch(diffId, made.diffId);
}

function blobLost({ id, references: [name] }: Image, diffId: DiffId, cause: unknown): GantryError {
  const called = name === undefined ? shortId(id) : familiar(name);
  return new GantryError({
    kind: 'corrupt',
    code: 'blob-lost',
    message: `the blob of layer ${diffId} of image ${called} is lost, and what is unpacked of it does not make it again`,
    hint: `Pull, load or build ${called} again. "gantry system check" tells what else is missing.`,
    cause,
  });
}

function tooFewLayers(): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'layer-count-mismatch',
    message: 'the manifest has fewer layers than the config names',
  });
}
