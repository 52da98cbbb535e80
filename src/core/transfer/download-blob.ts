import { setTimeout as delay } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ContentStore, Ingest } from '../content/content-store.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import type { TellLayer } from './layer-progress.ts';

export interface BlobDownload {
  readonly descriptor: Descriptor;
  readonly repository: RepositoryClient;
  readonly content: ContentStore;
  readonly tell: TellLayer;
  readonly signal: AbortSignal;
}

/** Broken connections in a row without a single byte between them. */
const fruitlessTries = 5;

/**
 * Fetches a blob into the content store, verified; nothing to do when it is there. A broken connection goes on where
 * it broke, also in a later process.
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { descriptor, content, tell, signal } = download;
  if (content.has(descriptor.digest)) return;
  await using ingest = await content.ingest(
    { digest: descriptor.digest, sizeBytes: descriptor.size },
    { signal },
  );
  // Whoever held the ingest before us may have finished it.
  if (content.has(descriptor.digest)) return;
  for await (const chunk of fetchChunks(download, ingest)) await ingest.write(chunk);
  tell('verifying', descriptor.size, descriptor.size);
  await ingest.commit();
  tell('downloaded', descriptor.size, descriptor.size);
}

/**
 * The bytes the ingest still lacks, over as many connections as it takes. Each chunk must be written to the ingest
 * before the next is asked for. A registry that starts over makes the ingest start over too.
 */
export async function* fetchChunks(download: BlobDownload, ingest: Ingest): AsyncGenerator<Uint8Array> {
  const { descriptor, repository, tell, signal } = download;
  let at = ingest.offset;
  let fruitless = 0;
  while (at < descriptor.size) {
    const before = at;
    try {
      const { offset, body } = await repository.fetchBlob(descriptor, at, signal);
      if (offset !== at) {
        await ingest.reset();
        at = offset;
      }
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        if (at + chunk.length > descriptor.size) throw tooLong(descriptor);
        yield chunk;
        at += chunk.length;
        tell('downloading', at, descriptor.size);
      }
      if (at < descriptor.size) throw cutShort(descriptor, at);
    } catch (error) {
      signal.throwIfAborted();
      fruitless = at > before ? 0 : fruitless + 1;
      if (!isBroken(error)) throw error;
      if (fruitless === fruitlessTries) throw cutShort(descriptor, at, error);
      tell('retrying', at, descriptor.size);
      await delay(Math.min(250 * 2 ** fruitless, 8000), undefined, { signal });
    }
  }
}

/** Broken on the way, as against refused: sockets end with system errors, and a premature close. */
function isBroken(error: unknown): boolean {
  if (error instanceof GantryError) return error.code === 'download-cut-short' || error.kind === 'timeout';
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
}

function cutShort(descriptor: Descriptor, at: number, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'download-cut-short',
    message: `download of ${descriptor.digest} ended after ${at} of ${descriptor.size} bytes`,
    hint: 'Pull again: what came is kept and continued.',
    cause,
  });
}

function tooLong(descriptor: Descriptor): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'size-mismatch',
    message: `${descriptor.digest} is longer than the ${descriptor.size} bytes its manifest says`,
  });
}
