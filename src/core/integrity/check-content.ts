import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type Digest, digestAlgorithm } from '../../oci/digest.ts';
import { isErrno } from '../host/system-error.ts';
import { imageRecords } from '../images/image-records.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readManifest } from './read-manifest.ts';
import { soundEntries } from './sound-entries.ts';

/** Blobs: their sizes where a document names them, and their bytes against their digests. Then what was half written. */
export async function* checkContent(context: CheckContext): AsyncGenerator<Problem> {
  const { services, depth, counts, signal } = context;
  const { content } = services;
  const sizes = await namedSizes(context);
  for await (const { digest, sizeBytes } of content.list()) {
    signal.throwIfAborted();
    counts.blobs += 1;
    counts.blobBytes += sizeBytes;
    const wanted = sizes.get(digest);
    const hasSize = wanted === undefined || wanted === sizeBytes;
    const isSound = hasSize && (depth === 'quick' || (await hashOf(content.path(digest), digest, signal)));
    if (isSound || !content.has(digest)) continue;
    yield {
      code: 'blob-altered',
      severity: 'damage',
      subject: digest,
      message: hasSize
        ? `content ${digest} is not what its digest says`
        : `content ${digest} has ${sizeBytes} bytes where ${wanted} are named`,
      remedy: 'remove it, so that it is made or fetched again',
      mend: async () => {
        await content.setAside(digest)?.remove();
      },
    };
  }
  for (const { path, isForeign, remove } of await content.leftovers(staleMs)) {
    yield {
      code: isForeign ? 'foreign-file' : 'stale-ingest',
      severity: 'leftover',
      subject: path,
      message: isForeign ? `${path} is no blob` : `${path} was being written and nobody will go on with it`,
      remedy: 'remove it',
      mend: remove,
    };
  }
}

/** Half a download is kept for a day. */
const staleMs = 24 * 3600 * 1000;

async function namedSizes({ services }: CheckContext): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const [, blob] of soundEntries(layerBlobs(services.metadata))) sizes.set(blob.digest, blob.size);
  for (const [, record] of soundEntries(imageRecords(services.metadata).images)) {
    sizes.set(record.manifest.digest, record.manifest.size);
    const manifest = await readManifest(services.content, record.manifest);
    for (const { digest, size } of manifest === undefined ? [] : [manifest.config, ...manifest.layers]) {
      sizes.set(digest, size);
    }
  }
  return sizes;
}

/** Whether the bytes are what the digest says. Gone meanwhile: nothing wrong with it. */
async function hashOf(path: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const hash = createHash(digestAlgorithm(digest));
  try {
    await using file = await open(path);
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    // A disk that cannot read it has not got it.
    if (isErrno(error, 'EIO')) return false;
    throw error;
  }
  return digest === `${digestAlgorithm(digest)}:${hash.digest('hex')}`;
}
