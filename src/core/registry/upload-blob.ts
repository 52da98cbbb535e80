import { setTimeout as delay } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { BlobPushOptions } from './registry-client.ts';
import type { RegistrySession } from './registry-session.ts';
import {
  beginUpload,
  hasBlob,
  type PushTarget,
  sendChunk,
  type Upload,
  UploadBroken,
  uploadStatus,
} from './upload-steps.ts';

/** Up to here one request with everything is quicker than two, and little is lost when it breaks. */
const monolithicBytes = 1024 * 1024;
/** After the first break: little enough to pass where whole blobs do not, and to be sent again. */
const chunkBytes = 16 * 1024 * 1024;
/** In a row, without the registry having got any further. */
const fruitlessTries = 4;
const firstDelayMs = 250;
const longestWaitMs = 30_000;

/**
 * Uploads one blob, into `begun` or an upload of its own: small ones by one PUT, others by one PATCH and a closing PUT.
 * When that breaks, the registry is asked how far it came and gets the rest in chunks; where it has forgotten, all of
 * it. Bounded tries, with growing delays or the time the registry asks for.
 */
export async function uploadBlob(
  session: RegistrySession,
  target: PushTarget,
  descriptor: Descriptor,
  options: BlobPushOptions,
  begun?: Upload,
): Promise<void> {
  const { signal } = options;
  let upload = begun;
  let mostBytes = Number.POSITIVE_INFINITY;
  let furthest = 0;
  let fruitless = 0;
  let isResumed = false;
  for (;;) {
    try {
      upload ??= (await beginUpload(session, target, undefined, signal)) as Upload;
      for (;;) {
        const chunk = nextChunk(descriptor, upload, mostBytes);
        upload = await sendChunk(session, target, upload, withBytes(chunk, upload, options), signal);
        if (chunk.digest !== undefined) return;
      }
    } catch (error) {
      if (isResumed && isRefusedDigest(error)) {
        // What it said it had was not what it has: once more, from the start.
        isResumed = false;
        upload = undefined;
        continue;
      }
      if (!(error instanceof UploadBroken)) throw error;
      const at = upload?.at ?? 0;
      fruitless = at > furthest ? 0 : fruitless + 1;
      furthest = Math.max(furthest, at);
      if (fruitless === fruitlessTries || error.waitMs > longestWaitMs) throw GantryError.from(error.reason);
      options.onRetry?.();
      await delay(Math.max(firstDelayMs * 2 ** fruitless, error.waitMs), undefined, { signal });
      // The answer may be all that was lost.
      if (await hasBlob(session, target, descriptor, signal)) return;
      upload = upload && (await uploadStatus(session, target, upload, signal));
      // It has more than there is: of something else.
      if (upload !== undefined && upload.at > descriptor.size) upload = undefined;
      isResumed = upload !== undefined;
      mostBytes = Math.max(chunkBytes, upload?.leastChunkBytes ?? 0);
    }
  }
}

function isRefusedDigest(error: unknown): boolean {
  return error instanceof GantryError && error.details['status'] === 400;
}

interface Chunk {
  readonly sizeBytes: number;
  readonly isPart: boolean;
  /** Of the whole blob, with the chunk that closes the upload. */
  readonly digest: Descriptor['digest'] | undefined;
}

function nextChunk({ size, digest }: Descriptor, { at }: Upload, mostBytes: number): Chunk {
  const left = size - at;
  const isSmall = at === 0 && size <= monolithicBytes;
  if (left === 0 || isSmall) return { sizeBytes: left, isPart: false, digest };
  const sizeBytes = Math.min(left, mostBytes);
  return { sizeBytes, isPart: sizeBytes < size, digest: undefined };
}

function withBytes(chunk: Chunk, { at }: Upload, options: BlobPushOptions) {
  return {
    ...chunk,
    open: () => options.open({ start: at, end: at + chunk.sizeBytes }),
    onProgress: (doneBytes: number) => options.onProgress?.(doneBytes),
  };
}
