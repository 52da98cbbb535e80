import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestAlgorithm, digestHex, type ImageId } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { parseReference, repositoryName } from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import { findImage, noSuchImage } from '../images/find-image.ts';
import { imageRecords } from '../images/image-records.ts';
import { byteString } from '../layers/tar/byte-string.ts';
import { encodeTarHeader, tarEnd, tarPadding } from '../layers/tar/encode-tar-header.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';
import { planShipment, type Shipment } from './plan-shipment.ts';

/**
 * One tar with all the images: an OCI layout, and docker's `manifest.json` beside it, so that docker from 1.10 on,
 * podman and skopeo read it. Layers made here go as plain tars. The same images give the same bytes.
 *
 * A reference with a tag keeps that name, a bare repository name all its tags, an ID none.
 */
export async function* saveImages(
  services: CoreServices,
  references: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const wanted = chooseNames(services, references);
  using lease = services.metadata.leases.acquire('save');
  const saved: { readonly shipment: Shipment; readonly names: readonly string[] }[] = [];
  for (const [id, names] of wanted) {
    const image = services.images.get(id);
    if (image === undefined) throw noSuchImage(id);
    const shipment = await planShipment(services, image, {
      lease,
      compress: false,
      emit: () => undefined,
      signal,
    });
    saved.push({ shipment, names });
  }
  for (const [id, names] of wanted)
    services.metadata.journal.append({ type: 'image.saved', id, name: names[0] });
  const written = new Set<Digest>();
  yield* folder('blobs/');
  yield* folder('blobs/sha256/');
  for (const { shipment } of saved) {
    for (const document of [shipment.manifest, shipment.document.config]) {
      if (written.has(document.digest)) continue;
      written.add(document.digest);
      yield* file(
        blobPath(document.digest),
        await services.content.read(document.digest, documentLimitBytes),
      );
    }
    for (const { descriptor, open } of shipment.layers) {
      if (written.has(descriptor.digest)) continue;
      written.add(descriptor.digest);
      yield header(blobPath(descriptor.digest), descriptor.size);
      for await (const chunk of open()) {
        signal.throwIfAborted();
        yield chunk as Uint8Array;
      }
      yield tarPadding(descriptor.size);
    }
  }
  yield* document('index.json', {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: saved.flatMap(({ shipment, names }) => indexEntries(shipment.manifest, names)),
  });
  yield* document(
    'manifest.json',
    saved.map(({ shipment, names }) => ({
      Config: blobPath(shipment.document.config.digest),
      // Whole names: podman takes short ones for images of its own, localhost/web.
      RepoTags: names.length === 0 ? null : names,
      Layers: shipment.layers.map(({ descriptor }) => blobPath(descriptor.digest)),
    })),
  );
  yield* document('oci-layout', { imageLayoutVersion: '1.0.0' });
  yield tarEnd();
}

/** Which images, and under which canonical names, in the order they were asked for. */
function chooseNames(
  services: CoreServices,
  references: readonly string[],
): ReadonlyMap<ImageId, readonly string[]> {
  const records = imageRecords(services.metadata);
  const chosen = new Map<ImageId, readonly string[]>();
  const add = (id: ImageId, names: readonly string[]): void => {
    chosen.set(id, [...new Set([...(chosen.get(id) ?? []), ...names])].sort());
  };
  for (const reference of references) {
    const found = findImage(records, reference);
    const tags = found?.by === 'id' ? [] : tagsOf(services, reference);
    for (const { id, name } of tags) add(id, [name]);
    if (tags.length > 0) continue;
    if (found === undefined) throw noSuchImage(reference, reference);
    add(found.id, found.by === 'name' && !found.name.includes('@') ? [found.name] : []);
  }
  return chosen;
}

/** A name without tag and digest means every tag of that repository. */
function tagsOf(
  { images }: CoreServices,
  text: string,
): readonly { readonly id: ImageId; readonly name: string }[] {
  const reference = parseReference(text);
  if (reference.tag !== undefined || reference.digest !== undefined) return [];
  const prefix = `${repositoryName(reference)}:`;
  return images
    .list()
    .flatMap(({ id, references }) =>
      references.filter((name) => name.startsWith(prefix)).map((name) => ({ id, name })),
    );
}

function indexEntries(manifest: Descriptor, names: readonly string[]): readonly Descriptor[] {
  if (names.length === 0) return [manifest];
  return names.map((name) => ({
    ...manifest,
    annotations: {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': name,
    },
  }));
}

function* document(path: string, value: unknown): Generator<Uint8Array> {
  yield* file(path, Buffer.from(JSON.stringify(value)));
}

function* file(path: string, bytes: Uint8Array): Generator<Uint8Array> {
  yield header(path, bytes.length);
  yield bytes;
  yield tarPadding(bytes.length);
}

function* folder(path: string): Generator<Uint8Array> {
  yield encodeTarHeader({ ...plain, type: 'directory', path, mode: 0o755 });
}

function header(path: string, sizeBytes: number): Uint8Array {
  return encodeTarHeader({ ...plain, path: byteString(path), sizeBytes });
}

function blobPath(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

const plain: Omit<TarEntry, 'path'> = {
  type: 'file',
  linkPath: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 0,
  mtimeNanoseconds: 0,
  deviceMajor: 0,
  deviceMinor: 0,
  xattrs: new Map(),
};
