import { GantryError } from '../../base/gantry-error.ts';
import {
  asObject,
  badDocument,
  optionalCount,
  optionalStrings,
  requiredString,
} from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, type ImageId, isDigest, parseImageId } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import type { Image } from './image-store.ts';

/** An image as it is kept, by its ID. */
export interface ImageRecord {
  readonly manifest: Descriptor;
  readonly config: ImageConfig;
  /** Canonical, the newest first. Each is also a key of `names`. */
  readonly references: readonly string[];
  /** `docker.io/library/web@sha256:…`. Each is also a key of `names`. */
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
}

/** The two collections images live in. Change both in one transaction. */
export interface ImageRecords {
  readonly images: Collection<ImageRecord>;
  /** Canonical reference, with tag or with digest, to image ID. */
  readonly names: Collection<ImageId>;
}

export function imageRecords(metadata: Metadata): ImageRecords {
  return {
    images: metadata.collection('images', decodeImageRecord),
    names: metadata.collection('image-names', (document, key) => {
      if (typeof document === 'string' && isDigest(document)) return parseImageId(document);
      throw new GantryError({
        kind: 'corrupt',
        code: 'record-corrupt',
        message: `the record of image name ${key} is broken`,
      });
    }),
  };
}

/** When images were created that do not say, as in Docker. */
export const unknownTime = '0001-01-01T00:00:00Z';

/** What the rest of the engine sees of a record. */
export function imageOf(id: ImageId, record: ImageRecord): Image {
  const diffIds = record.config.rootfs.diff_ids;
  return {
    id,
    manifestDigest: record.manifest.digest,
    references: record.references,
    repoDigests: record.repoDigests,
    config: record.config,
    createdAt: record.config.created ?? unknownTime,
    diffIds,
    // Worked out when it is asked for: lists of a thousand images do not.
    get topChainId() {
      return chainIds(diffIds).at(-1);
    },
    sizeBytes: record.sizeBytes,
  };
}

/** As {@link moveNames}, with one. */
export function moveName(records: ImageRecords, name: string, id: ImageId): void {
  moveNames(records, [name], id);
}

/**
 * Gives the image names, the newest first, and takes them from whatever had them. Inside a transaction. Each record that
 * changes is written once, however many the names are.
 */
export function moveNames(records: ImageRecords, names: readonly string[], id: ImageId): void {
  const lost = new Map<ImageId, Set<string>>();
  for (const name of names) {
    const before = records.names.get(name);
    if (before === id) continue;
    if (before !== undefined) lost.set(before, (lost.get(before) ?? new Set()).add(name));
    records.names.put(name, id);
  }
  for (const [other, taken] of lost) forgetNames(records, taken, other);
  const record = records.images.get(id);
  if (record === undefined) return;
  const isDigestName = (name: string): boolean => name.includes('@');
  const references = new Set([...names.filter((name) => !isDigestName(name)), ...record.references]);
  const repoDigests = new Set([...names.filter(isDigestName), ...record.repoDigests]);
  records.images.put(id, { ...record, references: [...references], repoDigests: [...repoDigests] });
}

/** Takes a name away. Inside a transaction. Whether the image had it. */
export function dropName(records: ImageRecords, name: string, id: ImageId): boolean {
  if (records.names.get(name) !== id) return false;
  records.names.delete(name);
  forgetNames(records, new Set([name]), id);
  return true;
}

function forgetNames(records: ImageRecords, names: ReadonlySet<string>, id: ImageId): void {
  const record = records.images.get(id);
  if (record === undefined) return;
  records.images.put(id, {
    ...record,
    references: record.references.filter((name) => !names.has(name)),
    repoDigests: record.repoDigests.filter((name) => !names.has(name)),
  });
}

/** Removes an image and all its names. Inside a transaction. */
export function dropImage(records: ImageRecords, id: ImageId): void {
  const record = records.images.get(id);
  for (const name of [...(record?.references ?? []), ...(record?.repoDigests ?? [])]) {
    if (records.names.get(name) === id) records.names.delete(name);
  }
  records.images.delete(id);
}

function decodeManifestLine(value: unknown, what: string): Descriptor {
  const { mediaType, digest, size } = asObject(value, `${what} "manifest"`);
  if (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    typeof size === 'number'
  )
    return { mediaType, digest: digest as Digest, size };
  throw badDocument(what, '"manifest" is no descriptor');
}

/**
 * The store is ours, yet a file on disk: what everything leans on is looked at. The config was decoded from the image's
 * own before it was written here, and is not taken apart again, which would be most of what listing images costs.
 */
function decodeImageRecord(document: unknown, key: string): ImageRecord {
  const what = `record of image ${key}`;
  const object = asObject(document, what);
  const config = asObject(object['config'], `${what} "config"`);
  for (const name of ['architecture', 'os']) requiredString(config, name, what);
  const diffIds = optionalStrings(asObject(config['rootfs'], `${what} "rootfs"`), 'diff_ids', what);
  if (diffIds?.every(isDigest) !== true) throw badDocument(what, '"diff_ids" are no digests');
  return {
    manifest: decodeManifestLine(object['manifest'], what),
    config: config as object as ImageConfig,
    references: optionalStrings(object, 'references', what) ?? [],
    repoDigests: optionalStrings(object, 'repoDigests', what) ?? [],
    sizeBytes: optionalCount(object, 'sizeBytes', what) ?? 0,
  };
}
