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
import { type Digest, digestAlgorithm, digestHex } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { isIndexType, mediaTypes } from '../../oci/media-types.ts';
import { selectManifest } from '../../oci/platform-match.ts';
import { canonicalize } from '../../oci/reference.ts';
import type { ContentStore } from '../content/content-store.ts';
import { hostPlatform } from '../host/host-platform.ts';
import { putDocument } from '../images/write-image.ts';
import { compressionOf, layerMediaType } from '../layers/compression.ts';
import type { Lease } from '../metadata/metadata.ts';
import { badArchive, type ImageArchive } from './read-archive.ts';

/** An image of an archive, its documents and blobs in the content store. */
export interface ArchivedImage {
  readonly manifest: Descriptor;
  readonly document: Manifest;
  /** Canonical. */
  readonly names: readonly string[];
}

const fallbackTypes = { manifest: mediaTypes.manifest, index: mediaTypes.index };

/**
 * The images of an archive: those of its `index.json` (OCI layout, docker from 25 on, podman's oci-archive), else those
 * of its `manifest.json` (docker-archive). Names come from both. Rejects `invalid` / `bad-archive`.
 */
export async function findArchivedImages(
  content: ContentStore,
  lease: Lease,
  archive: ImageArchive,
): Promise<readonly ArchivedImage[]> {
  const listed = archive.digest('manifest.json') === undefined ? [] : await readList(archive);
  if (archive.digest('index.json') !== undefined && archive.digest('oci-layout') !== undefined) {
    const named = new Map(listed.map((item) => [archive.digest(item.config) as string, item.tags]));
    const images = await fromIndex(content, archive);
    return images.map((image) => ({
      ...image,
      names: [...new Set([...image.names, ...(named.get(image.document.config.digest) ?? [])])],
    }));
  }
  if (listed.length === 0) throw badArchive('it has neither an index.json nor a manifest.json with images');
  return Promise.all(listed.map((item) => fromListItem(content, lease, archive, item)));
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
      tags: (optionalStrings(item, 'RepoTags', what) ?? []).map(canonicalize),
      layers: optionalStrings(item, 'Layers', what) ?? [],
    };
  });
}

async function fromListItem(
  content: ContentStore,
  lease: Lease,
  archive: ImageArchive,
  item: ListItem,
): Promise<ArchivedImage> {
  const blob = (name: string, mediaType: string): Descriptor => {
    const digest = archive.digest(name);
    const info = digest && content.info(digest);
    if (info === undefined) throw badArchive(`${name} is missing in it`);
    return { mediaType, digest: info.digest, size: info.sizeBytes };
  };
  const document: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: blob(item.config, mediaTypes.config),
    layers: item.layers.map((name) => {
      const layer = blob(name, mediaTypes.layer);
      return { ...layer, mediaType: layerMediaType(compressionOf(content.path(layer.digest))) };
    }),
  };
  const manifest = await putDocument(content, lease, mediaTypes.manifest, document);
  return { manifest, document, names: item.tags };
}

async function fromIndex(content: ContentStore, archive: ImageArchive): Promise<readonly ArchivedImage[]> {
  const bytes = await archive.read('index.json');
  const index = decodeManifestDocument(bytes, sniffManifestType(bytes, fallbackTypes));
  if (index.kind !== 'index') throw badArchive('its index.json is no index');
  const images = new Map<string, ArchivedImage>();
  for (const entry of index.index.manifests) {
    const found = await resolveEntry(content, archive, entry);
    if (found === undefined) continue;
    const names = [...(images.get(found.manifest.digest)?.names ?? []), ...namesOf(entry)];
    images.set(found.manifest.digest, { ...found, names: [...new Set(names)] });
  }
  return [...images.values()];
}

/** An entry may be an index itself, for several platforms; ours is taken. Attestations and artifacts are passed over. */
async function resolveEntry(
  content: ContentStore,
  archive: ImageArchive,
  entry: Descriptor,
  depth = 0,
): Promise<Omit<ArchivedImage, 'names'> | undefined> {
  if (entry.platform?.os === 'unknown' || depth > 3) return undefined;
  const bytes = await archive.read(blobPath(entry.digest));
  const document = decodeManifestDocument(bytes, entry.mediaType);
  if (isIndexType(entry.mediaType) && document.kind === 'index') {
    const here = document.index.manifests.filter(
      ({ digest }) => archive.digest(blobPath(digest)) !== undefined,
    );
    const chosen = selectManifest(here, hostPlatform()) ?? (here.length === 1 ? here[0] : undefined);
    return chosen === undefined ? undefined : resolveEntry(content, archive, chosen, depth + 1);
  }
  if (document.kind !== 'manifest') return undefined;
  const { config, artifactType, layers } = document.manifest;
  const isImage = config.mediaType === mediaTypes.config || config.mediaType === mediaTypes.dockerConfig;
  if (!isImage || artifactType !== undefined) return undefined;
  for (const { digest, size } of [entry, config, ...layers]) {
    const info = content.info(digest);
    if (info === undefined) throw badArchive(`${blobPath(digest)} is missing in it`);
    if (info.sizeBytes !== size) {
      throw badArchive(`${blobPath(digest)} has ${info.sizeBytes} bytes where ${size} are named`);
    }
  }
  const { mediaType, digest, size } = entry;
  return { manifest: { mediaType, digest, size }, document: document.manifest };
}

/** containerd and docker write the whole name; others write what they were told, which is a name if it looks like one. */
function namesOf(entry: Descriptor): readonly string[] {
  const annotations =
    optionalStringMap({ annotations: entry.annotations }, 'annotations', 'image index') ?? {};
  const full = optionalString(annotations, 'io.containerd.image.name', 'image index');
  const short = optionalString(annotations, 'org.opencontainers.image.ref.name', 'image index');
  const name = full ?? (short !== undefined && /[/:]/.test(short) ? short : undefined);
  return name === undefined ? [] : [canonicalize(name)];
}

function blobPath(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}
