import type { Digest, ImageId } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { chainIds } from '../../oci/sha256.ts';
import { hasLayerBlob } from '../images/has-layer-blob.ts';
import { imageRecords } from '../images/image-records.ts';
import { fetchAgain, nameOf } from './image-words.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readManifest } from './read-manifest.ts';
import { type Remake, remakeConfig, remakeLayerBlob, remakeManifest, soundLayer } from './remake-blob.ts';
import { canRestore, restoreImage } from './restore-image.ts';
import { readSound, soundEntries } from './sound-entries.ts';

/**
 * Every image has its manifest, its config and the blobs these name. What was made here can often be made again, byte
 * for byte; anything else has to be fetched.
 */
export async function* checkDocuments(context: CheckContext): AsyncGenerator<Problem> {
  const { services, alteredBlobs, incomplete, signal } = context;
  const { content, metadata } = services;
  const { images } = imageRecords(metadata);
  const isSound = (digest: Digest): boolean => content.has(digest) && !alteredBlobs.has(digest);
  const manifestOf = async (id: string): Promise<Manifest | undefined> => {
    const record = readSound(images, id);
    return record && readManifest(content, record.manifest);
  };
  for (const [id, record] of soundEntries(images)) {
    signal.throwIfAborted();
    const lacking = new Set<Digest>();
    const isHere = (): boolean => images.get(id)?.manifest.digest === record.manifest.digest;
    const problemOf = (digest: Digest, what: string, remake: Remake | undefined): Problem | undefined => {
      // Removed, or given another manifest by a push, since we read it.
      if (!isHere()) return undefined;
      lacking.add(digest);
      const isDamaged = content.has(digest);
      return {
        code: isDamaged && digest === record.manifest.digest ? 'manifest-damaged' : 'blob-missing',
        severity: 'damage',
        subject: digest,
        message: `${what} of image ${nameOf(id, record)} is ${isDamaged ? 'damaged' : 'missing'}`,
        remedy: remake === undefined ? fetchAgain(record) : 'make it again from what is here',
        done: 'made again from what is here',
        mend:
          remake &&
          (async () => {
            await remake();
            alteredBlobs.delete(digest);
            lacking.delete(digest);
          }),
      };
    };

    const configId = id as string as Digest;
    if (!isSound(configId)) {
      const problem = problemOf(configId, 'the config', remakeConfig(services, id as ImageId, record));
      if (problem !== undefined) yield problem;
    }
    let manifest = await readManifest(content, record.manifest);
    if (manifest === undefined || manifest.config.digest !== id) {
      const remake =
        (await remakeManifest(services, id as ImageId, record)) ??
        ((await canRestore(context, id, record.config))
          ? async () => {
              // Another manifest may name the same config: of an image that was pulled and pushed, say.
              await restoreImage(context, id);
              if ((await manifestOf(id))?.config.digest !== id) throw new Error(fetchAgain(record));
            }
          : undefined);
      const problem = problemOf(record.manifest.digest, 'the manifest', remake);
      if (problem !== undefined) yield problem;
      manifest = await manifestOf(id);
    }
    const chain = chainIds(record.config.rootfs.diff_ids);
    for (const [at, layer] of (manifest?.layers ?? []).entries()) {
      const diffId = record.config.rootfs.diff_ids[at];
      const chainId = chain[at];
      if (diffId === undefined || chainId === undefined) continue;
      if (!alteredBlobs.has(layer.digest) && hasLayerBlob(services, layer, diffId, chainId)) continue;
      const folder = await soundLayer(services, chainId, diffId, signal);
      const isPlain = (layer.digest as string) === diffId;
      // Its tar comes from what is unpacked of it, as that of a layer made here.
      if (folder !== undefined && isPlain && !content.has(layer.digest)) continue;
      const remake = folder && (await remakeLayerBlob(services, folder, layer, signal));
      const problem = problemOf(layer.digest, `the blob of layer ${diffId}`, remake);
      if (problem !== undefined) yield problem;
    }
    if (lacking.size > 0) incomplete.add(id);
  }
}
