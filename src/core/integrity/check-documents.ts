import type { DiffId, Digest, ImageId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { type ImageRecord, imageRecords } from '../images/image-records.ts';
import { hasLayerBlob } from '../layers/layer-blob-records.ts';
import { fetchAgain, nameOf } from './image-words.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readManifest } from './read-manifest.ts';
import {
  canRecreateLayerBlob,
  recreateConfig,
  recreateLayerBlob,
  recreateManifest,
} from './recreate-blob.ts';
import { restoreImage } from './restore-image.ts';
import { readSound, soundEntries } from './sound-entries.ts';
import { storedConfig } from './stored-config.ts';

/**
 * Every image has its manifest, its config and the blobs these name. What was made here can often be made again, byte
 * for byte; anything else has to be fetched.
 */
export async function* checkDocuments(context: CheckContext): AsyncGenerator<Problem> {
  const { services, incomplete, signal } = context;
  const { content, metadata } = services;
  const { images } = imageRecords(metadata);
  const manifestOf = async (id: string): Promise<Manifest | undefined> => {
    const record = readSound(images, id);
    return record && readManifest(content, record.manifest);
  };
  for (const [id, record] of soundEntries(images)) {
    signal.throwIfAborted();
    const isHere = (): boolean => images.get(id)?.manifest.digest === record.manifest.digest;
    const problemOf = (
      code: 'blob-missing' | 'manifest-damaged',
      digest: Digest,
      what: string,
      recreate: (() => Promise<boolean>) | undefined,
    ): Problem | undefined => {
      // Removed, or given another manifest by a push, since we read it.
      if (!isHere()) return undefined;
      incomplete.add(id);
      return {
        code,
        severity: 'damage',
        subject: digest,
        message: `${what} of image ${nameOf(id, record)} is ${code === 'blob-missing' ? 'missing' : 'damaged'}`,
        remedy: recreate === undefined ? fetchAgain(record) : 'make it again from what is here',
        done: 'made again from what is here',
        mend:
          recreate &&
          (async () => {
            if (!(await recreate())) throw new Error(fetchAgain(record));
            incomplete.delete(id);
          }),
      };
    };

    const configId = id as string as Digest;
    const wasComplete = !incomplete.has(id);
    if (!content.has(configId)) {
      const problem = problemOf('blob-missing', configId, 'the config', () =>
        recreateConfig(services, id as ImageId, record),
      );
      if (problem !== undefined) yield problem;
    }
    let manifest = await readManifest(content, record.manifest);
    if (manifest === undefined || manifest.config.digest !== id) {
      const { digest } = record.manifest;
      const code = content.has(digest) ? 'manifest-damaged' : 'blob-missing';
      const problem = problemOf(code, digest, 'the manifest', async () => {
        if (await recreateManifest(services, id as ImageId, record)) return true;
        // Another manifest may name the same config: of an image that was pulled and pushed, say.
        if ((await storedConfig(content, id)) !== undefined) await restoreImage(context, id);
        return (await manifestOf(id))?.config.digest === id;
      });
      if (problem !== undefined) yield problem;
      manifest = await manifestOf(id);
    }
    const missing = (manifest?.layers ?? []).map((layer, at) => ({
      layer,
      diffId: record.config.rootfs.diff_ids[at] as DiffId,
    }));
    for (const { layer, diffId } of missing) {
      if (hasLayerBlob(services, layer, diffId)) continue;
      const recreate = canRecreateLayerBlob(services, record, diffId, layer)
        ? () => recreateLayerBlob(services, record, diffId, layer, signal)
        : undefined;
      const problem = problemOf('blob-missing', layer.digest, `the blob of layer ${diffId}`, recreate);
      if (problem !== undefined) yield problem;
    }
    // Each part that was mended took the mark away; the image is whole only if all of them were.
    const now = readSound(images, id);
    if (wasComplete && now !== undefined && !(await isWhole(context, now, configId))) incomplete.add(id);
  }
}

async function isWhole({ services }: CheckContext, record: ImageRecord, config: Digest): Promise<boolean> {
  const { content } = services;
  const manifest = await readManifest(content, record.manifest);
  return (
    manifest !== undefined &&
    content.has(config) &&
    manifest.layers.every((layer, at) => hasLayerBlob(services, layer, record.config.rootfs.diff_ids[at]))
  );
}
