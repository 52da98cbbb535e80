import {
  asObject,
  decodeObject,
  optionalString,
  optionalStringMap,
  optionalStrings,
  requiredString,
} from '../../oci/decode-json.ts';
import { decodeManifestDocument, sniffManifestType } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestAlgorithm, digestHex, type ImageId, parseImageId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { isIndexType, mediaTypes } from '../../oci/media-types.ts';
import { requireNewName } from '../../oci/new-name.ts';
import { selectManifest } from '../../oci/platform-match.ts';
import { canonicalReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import { putDocument } from '../images/write-image.ts';
import { compressionOf, layerMediaType } from '../layers/compression.ts';
import { asInManifest, layerBlobs } from '../layers/layer-blob-records.ts';
import type { Lease } from '../metadata/metadata.ts';
import { badArchive, type ImageArchive } from './read-archive.ts';

/** An image of an archive, of which nothing need be in the content store yet. */
export interface ArchivedImage {
  readonly id: ImageId;
  /** Canonical. What digests are in them is what the archive says, which proves nothing: see `provenNames`. */
  readonly names: readonly string[];
  /** Of its manifest as it is in the archive, and of the indexes there that list it. */
  readonly digests: readonly Digest[];
  /** What it is called in its index: digests of its manifest, tags as they are written there. */
  readonly entries: readonly string[];
  /** Where its config and its layers, lowest first, lie in the archive. */
  readonly config: string;
  readonly layers: readonly string[];
  /** Brings its documents and layers into the content store. Result: what `ImageStore.record` takes. */
  keep(): Promise<KeptImage>;
}

export interface KeptImage {
  readonly manifest: Descriptor;
  readonly document: Manifest;
}

export interface ArchiveSource {
  readonly services: Pick<CoreServices, 'content' | 'metadata'>;
  readonly lease: Lease;
  readonly archive: ImageArchive;
}

/** Of one image. Each is a record of its own, written in one transaction that keeps all others waiting. */
const mostNames = 1000;
const fallbackTypes = { manifest: mediaTypes.manifest, index: mediaTypes.index };

/**
 * The images of an archive: those of its `index.json` (OCI layout, docker from 25 on, podman's oci-archive), else those
 * of its `manifest.json` (docker-archive). Names come from both. Rejects `invalid` / `bad-archive`, also for an image
 * with more than a thousand names.
 */
export async function findArchivedImages(source: ArchiveSource): Promise<readonly ArchivedImage[]> {
  const images = await listImages(source);
  const counts = new Map<ImageId, number>();
  for (const { id, names } of images) {
    const count = (counts.get(id) ?? 0) + names.length;
    if (count > mostNames) throw badArchive(`image ${id} has more than ${mostNames} names in it`);
    counts.set(id, count);
  }
  return images;
}

async function listImages(source: ArchiveSource): Promise<readonly ArchivedImage[]> {
  const { archive } = source;
  const listed = archive.find('manifest.json') === undefined ? [] : await readList(archive);
  if (archive.find('index.json') !== undefined && archive.find('oci-layout') !== undefined) {
    const named = new Map(listed.map((item) => [archive.find(item.config)?.digest as string, item.tags]));
    const images = await fromIndex(source);
    return images.map((image) => ({
      ...image,
      names: [...new Set([...image.names, ...(named.get(image.id) ?? [])])],
    }));
  }
  if (listed.length === 0) throw badArchive('it has neither an index.json nor a manifest.json with images');
  return listed.map((item) => fromListItem(source, item));
}

interface ListItem {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

async function readList(archive: ImageArchive): Promise<readonly ListItem[]> {
  const text = Buffer.from(await archive.read('manifest.json')).toString('utf8');
  // The document is a list, and all our readers take objects.
  const { list } = decodeObject(Buffer.from(`{"list":${text}}`), 'manifest.json', Number.POSITIVE_INFINITY);
  if (!Array.isArray(list)) throw badArchive('its manifest.json is not a list');
  return list.map((value): ListItem => {
    const what = 'manifest.json';
    const item = asObject(value, what);
    return {
      config: requiredString(item, 'Config', what),
      tags: (optionalStrings(item, 'RepoTags', what) ?? []).map(nameToGive),
      layers: optionalStrings(item, 'Layers', what) ?? [],
    };
  });
}

function fromListItem(source: ArchiveSource, { config, tags, layers }: ListItem): ArchivedImage {
  const { services, lease, archive } = source;
  for (const name of [config, ...layers]) {
    if (archive.find(name) === undefined) throw badArchive(`${name} is missing in it`);
  }
  return {
    id: imageIdOf(archive.find(config)?.digest),
    names: tags,
    digests: [],
    entries: tags,
    config,
    layers,
    async keep() {
      const { digest, sizeBytes: size } = await archive.keep(config);
      const kept: Descriptor[] = [];
      for (const name of layers) kept.push(await keepLayer(source, name));
      const document: Manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest, size },
        layers: kept,
      };
      const manifest = await putDocument(services.content, lease, mediaTypes.manifest, document);
      return { manifest, document };
    },
  };
}

async function keepLayer({ services, lease, archive }: ArchiveSource, name: string): Promise<Descriptor> {
  const known = compressedHere(services, lease, archive.find(name)?.digest);
  if (known !== undefined) return known;
  const { digest, sizeBytes: size } = await archive.keep(name);
  return { mediaType: layerMediaType(compressionOf(services.content.path(digest))), digest, size };
}

/** A layer that is here compressed is not kept a second time as the plain tar it comes as. */
function compressedHere(
  { content, metadata }: ArchiveSource['services'],
  lease: Lease,
  tar: Digest | undefined,
): Descriptor | undefined {
  const known = tar && layerBlobs(metadata).get(tar);
  if (known === undefined) return undefined;
  lease.protect({ kind: 'content', key: known.digest });
  return content.has(known.digest) ? known : undefined;
}

async function fromIndex(source: ArchiveSource): Promise<readonly ArchivedImage[]> {
  const bytes = await source.archive.read('index.json');
  const index = decodeManifestDocument(bytes, sniffManifestType(bytes, fallbackTypes));
  if (index.kind !== 'index') throw badArchive('its index.json is no index');
  const resolved = new Map<Digest, KeptImage | undefined>();
  const images = new Map<Digest, ListedEntries>();
  for (const entry of index.index.manifests) {
    // One that is listed a thousand times is read once.
    if (!resolved.has(entry.digest)) resolved.set(entry.digest, await resolveEntry(source.archive, entry));
    const found = resolved.get(entry.digest);
    if (found === undefined) continue;
    const { digest } = found.manifest;
    const image = images.get(digest) ?? { found, names: [], digests: [digest], entries: [] };
    images.set(digest, image);
    const tag = entry.annotations?.['org.opencontainers.image.ref.name'];
    image.names.push(...namesOf(entry));
    image.digests.push(entry.digest);
    image.entries.push(entry.digest, digest, ...(tag === undefined ? [] : [tag]));
  }
  if (images.size === 0) throw badArchive('it has no image that can be used here');
  return [...images.values()].map(({ found, names, digests, entries }) => ({
    id: imageIdOf(found.document.config.digest),
    names: [...new Set(names)],
    digests: [...new Set(digests)],
    entries,
    config: blobPath(found.document.config.digest),
    layers: found.document.layers.map(({ digest }) => blobPath(digest)),
    keep: () => keepLayout(source, found),
  }));
}

/** What an index says of one image, entry by entry. */
interface ListedEntries {
  readonly found: KeptImage;
  readonly names: string[];
  readonly digests: Digest[];
  readonly entries: string[];
}

/** An entry may be an index itself, for several platforms; ours is taken. Attestations and artifacts are passed over. */
async function resolveEntry(
  archive: ImageArchive,
  entry: Descriptor,
  depth = 0,
): Promise<KeptImage | undefined> {
  if (entry.platform?.os === 'unknown' || depth > 3) return undefined;
  const bytes = await archive.read(blobPath(entry.digest));
  const document = decodeManifestDocument(bytes, entry.mediaType);
  if (isIndexType(entry.mediaType) && document.kind === 'index') {
    const here = document.index.manifests.filter(
      ({ digest }) => archive.find(blobPath(digest)) !== undefined,
    );
    const chosen = selectManifest(here, hostPlatform()) ?? (here.length === 1 ? here[0] : undefined);
    return chosen === undefined ? undefined : resolveEntry(archive, chosen, depth + 1);
  }
  if (document.kind !== 'manifest') return undefined;
  const { config, artifactType, layers } = document.manifest;
  const isImage = config.mediaType === mediaTypes.config || config.mediaType === mediaTypes.dockerConfig;
  if (!isImage || artifactType !== undefined) return undefined;
  for (const { digest, size } of [entry, config, ...layers]) {
    const file = archive.find(blobPath(digest));
    if (file === undefined) throw badArchive(`${blobPath(digest)} is missing in it`);
    if (file.sizeBytes !== size) {
      throw badArchive(`${blobPath(digest)} has ${file.sizeBytes} bytes where ${size} are named`);
    }
  }
  const { mediaType, digest, size } = entry;
  return { manifest: { mediaType, digest, size }, document: document.manifest };
}

/** Its manifest stays what it is, unless a layer is here in another form. */
async function keepLayout(
  { services, lease, archive }: ArchiveSource,
  { manifest, document }: KeptImage,
): Promise<KeptImage> {
  await archive.keep(blobPath(document.config.digest));
  const layers: Descriptor[] = [];
  for (const layer of document.layers) {
    const known = compressedHere(services, lease, layer.digest);
    if (known === undefined) await archive.keep(blobPath(layer.digest));
    layers.push(known === undefined ? layer : asInManifest(known, manifest.mediaType));
  }
  if (layers.every((layer, at) => layer === document.layers[at])) {
    await archive.keep(blobPath(manifest.digest));
    return { manifest, document };
  }
  const changed = { ...document, layers };
  return {
    manifest: await putDocument(services.content, lease, manifest.mediaType, changed),
    document: changed,
  };
}

/** containerd and docker write the whole name; others write what they were told, which is a name if it looks like one. */
function namesOf(entry: Descriptor): readonly string[] {
  const annotations =
    optionalStringMap({ annotations: entry.annotations }, 'annotations', 'image index') ?? {};
  const full = optionalString(annotations, 'io.containerd.image.name', 'image index');
  const short = optionalString(annotations, 'org.opencontainers.image.ref.name', 'image index');
  const name = full ?? (short !== undefined && /[/:]/.test(short) ? short : undefined);
  return name === undefined ? [] : [nameToGive(name)];
}

function nameToGive(text: string): string {
  return canonicalReference(requireNewName(withDefaultTag(parseReference(text))));
}

function blobPath(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

function imageIdOf(config: Digest | undefined): ImageId {
  return parseImageId(config ?? '');
}
