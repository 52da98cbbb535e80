import { GantryError } from '../../base/gantry-error.ts';
import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type DiffId, type ImageId, parseImageId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { chainIds } from '../../oci/sha256.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import { type FoundImage, findBaseImage, findImage, noSuchImage } from './find-image.ts';
import { outlineOf } from './image-outline.ts';
import { type ImageRecord, imageOf, imageRecords, moveName, moveNames } from './image-records.ts';
import type { Image, ImageStore } from './image-store.ts';

export interface ImageStoreParts {
  readonly metadata: Metadata;
  readonly content: ContentStore;
  readonly snapshots: Snapshotter;
}

/** The images of one root. Cheap: nothing is read before it is asked for. */
export function openImageStore({ metadata, content, snapshots }: ImageStoreParts): ImageStore {
  const records = imageRecords(metadata);

  const get = (id: ImageId): Image | undefined => {
    const record = records.images.get(id);
    return record === undefined ? undefined : imageOf(id, record);
  };
  const imageIn = (found: FoundImage | undefined): Image | undefined => found && get(found.id);
  const find = (reference: string): Image | undefined => imageIn(findImage(records, reference));
  const resolve = (reference: string): Image => {
    const image = find(reference);
    if (image === undefined) throw noSuchImage(reference);
    return image;
  };
  const descriptor = (id: ImageId): Descriptor => {
    const record = records.images.get(id);
    if (record === undefined) throw noSuchImage(id);
    return record.manifest;
  };
  const readManifest = async (stored: Descriptor): Promise<Manifest> => {
    const bytes = await content.read(stored.digest, documentLimitBytes);
    const document = decodeManifestDocument(bytes, stored.mediaType);
    if (document.kind === 'manifest') return document.manifest;
    throw new GantryError({ kind: 'corrupt', code: 'bad-document', message: 'an index is no image' });
  };

  return {
    find,
    findBase: (reference) => imageIn(findBaseImage(records, reference)),
    resolve,
    get,
    descriptor,
    list: () =>
      [...records.images.entries('', unlisted)].map(([id, record]) => imageOf(parseImageId(id), record)),
    outlines: () =>
      metadata.imageSummaries.all().map((summary) => {
        const outline = outlineOf(summary);
        if (outline !== undefined) return outline;
        // Says what is wrong with it.
        const id = parseImageId(String(Array.isArray(summary) ? summary[0] : summary));
        return resolve(id);
      }),
    manifest: (id) => readManifest(descriptor(id)),
    async record({ manifest: stored, references, repoDigests = [], event }) {
      requireTags(references);
      const manifest = await readManifest(stored);
      const config = decodeImageConfig(await content.read(manifest.config.digest, documentLimitBytes));
      const id = parseImageId(manifest.config.digest);
      const sizeBytes = await unpackedSize(snapshots, config.rootfs.diff_ids);
      const { mediaType, digest, size } = stored;
      const fresh = { manifest: { mediaType, digest, size }, config, sizeBytes };
      const names = [...references, ...repoDigests];
      const isKept = (): boolean => {
        const before = records.images.get(id);
        if (before?.manifest.digest !== digest || before.sizeBytes !== sizeBytes) return false;
        return names.every((name) => records.names.get(name) === id);
      };
      const write = ({ durable }: { readonly durable: boolean }): Image | undefined =>
        metadata.transaction(
          () => {
            if (!durable && !isKept()) return undefined;
            const before = records.images.get(id);
            const kept = { references: before?.references ?? [], repoDigests: before?.repoDigests ?? [] };
            records.images.put(id, { ...fresh, ...kept } satisfies ImageRecord);
            moveNames(records, names, id);
            metadata.journal.append({ type: event, id, name: names[0] });
            return get(id);
          },
          { durable },
        );
      // Whoever was told of an image has it, whatever happens to the machine; of one that is kept so already it does.
      return ((isKept() ? write({ durable: false }) : undefined) ?? write({ durable: true })) as Image;
    },
    tag(source, canonicalTarget) {
      metadata.transaction(
        () => {
          const { id } = resolve(source);
          moveName(records, canonicalTarget, id);
          metadata.journal.append({ type: 'image.tagged', id, name: canonicalTarget });
        },
        { durable: true },
      );
    },
    addRepoDigest(id, repoDigest) {
      metadata.transaction(() => {
        if (records.images.has(id)) moveName(records, repoDigest, id);
      });
    },
  };
}

/** What a digest says of an image whoever wrote the name cannot: it has to be shown, and goes by `repoDigests`. */
function requireTags(references: readonly string[]): void {
  const claimed = references.find((name) => name.includes('@'));
  if (claimed === undefined) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: `refusing to create a tag with a digest reference: ${claimed}`,
  });
}

/** Most of a record, and in no list. */
const unlisted = ['config.history', 'config.config.Env'];

/** Throws `corrupt` / `layer-missing`: an image must not be recorded before its layers are there. */
async function unpackedSize(snapshots: Snapshotter, diffIds: readonly DiffId[]): Promise<number> {
  let total = 0;
  for (const chainId of chainIds(diffIds)) {
    const info = snapshots.info(chainId);
    if (info?.kind !== 'committed') {
      throw new GantryError({
        kind: 'corrupt',
        code: 'layer-missing',
        message: `layer ${chainId} of the image is not unpacked`,
      });
    }
    total += info.sizeBytes ?? (await snapshots.usage(chainId)).sizeBytes;
  }
  return total;
}
