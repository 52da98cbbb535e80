import { type Readable, Transform } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';
import { registryError } from './registry-error.ts';
import type { RegistrySession } from './registry-session.ts';
import { passes, passingStatuses, retryAfterMs } from './retry.ts';
import { checkToldDigest } from './told-digest.ts';

export interface PushTarget {
  readonly path: string;
  /** As people write it, for errors. */
  readonly repository: string;
  readonly scopes: readonly string[];
}

/** An upload a registry has begun for us (distribution-spec "Pushing a blob in chunks"). */
export interface Upload {
  /** Where the next request goes: every answer names it anew. */
  readonly location: string;
  /** Bytes the registry has. */
  readonly at: number;
  /** Smaller chunks are not taken, but for the last. */
  readonly leastChunkBytes: number;
}

/** Why a step did not come to its end although the next try may. */
export class UploadBroken extends Error {
  readonly reason: unknown;
  readonly status: number | undefined;
  readonly waitMs: number;

  constructor(reason: unknown, response?: HttpResponse) {
    super('upload broken', { cause: reason });
    this.reason = reason;
    this.status = response?.status;
    this.waitMs = retryAfterMs(response?.headers['retry-after']) ?? 0;
  }
}

/** Whether the repository has a blob already. */
export async function hasBlob(
  session: RegistrySession,
  { path, scopes }: PushTarget,
  { digest }: Descriptor,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await session.send({ method: 'HEAD', path: `${path}/blobs/${digest}`, scopes, signal });
  discardBody(response);
  return response.status === 200;
}

/** With `mount` undefined where the registry refused to mount; `mounted` where nothing is left to do. */
export async function beginUpload(
  session: RegistrySession,
  target: PushTarget,
  mount: { readonly digest: Digest; readonly from: string } | undefined,
  signal: AbortSignal,
): Promise<Upload | 'mounted' | undefined> {
  const query = mount && `?mount=${encodeURIComponent(mount.digest)}&from=${encodeURIComponent(mount.from)}`;
  const response = await session.send({
    method: 'POST',
    path: `${target.path}/blobs/uploads/${query ?? ''}`,
    headers: { 'Content-Length': '0' },
    scopes: mount === undefined ? target.scopes : [...target.scopes, `repository:${mount.from}:pull`],
    signal,
  });
  if (response.status === 202) return next(response, target, 0);
  if (mount === undefined)
    throw await registryError(response, { repository: target.repository, access: 'push' });
  discardBody(response);
  return response.status === 201 ? 'mounted' : undefined;
}

/** What the registry has of an upload that broke; undefined: nothing, or it wants none of it any more. */
export async function uploadStatus(
  session: RegistrySession,
  target: PushTarget,
  upload: Upload,
  signal: AbortSignal,
): Promise<Upload | undefined> {
  const { scopes } = target;
  const response = await session.send({ method: 'GET', path: upload.location, scopes, signal });
  discardBody(response);
  if (response.status !== 204 && response.status !== 200) return undefined;
  const at = receivedBytes(response);
  return at === undefined || at === 0 ? undefined : next(response, target, at, upload);
}

/** Sends bytes of the blob from where the upload is; `last` closes it with the digest. */
export async function sendChunk(
  session: RegistrySession,
  target: PushTarget,
  upload: Upload,
  chunk: {
    readonly sizeBytes: number;
    /** Told as a range of the whole; registries take a blob as one stream without. */
    readonly isPart: boolean;
    readonly digest?: Digest | undefined;
    open(): Readable;
    onProgress(doneBytes: number): void;
  },
  signal: AbortSignal,
): Promise<Upload> {
  const { at } = upload;
  const end = at + chunk.sizeBytes;
  const isEmpty = chunk.sizeBytes === 0;
  const response = await orBroken(
    session.send({
      method: chunk.digest === undefined ? 'PATCH' : 'PUT',
      path: chunk.digest === undefined ? upload.location : withDigest(upload.location, chunk.digest),
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-Length': String(chunk.sizeBytes),
        ...(chunk.isPart && !isEmpty && { 'Content-Range': `${at}-${end - 1}` }),
      },
      body: isEmpty ? undefined : () => counted(chunk.open(), (bytes) => chunk.onProgress(at + bytes)),
      scopes: target.scopes,
      signal,
      once: true,
    }),
    signal,
  );
  const { status } = response;
  if (isTaken(status)) {
    discardBody(response);
    if (chunk.digest !== undefined) {
      checkToldDigest(response, chunk.digest);
      return { ...upload, at: end };
    }
    const received = chunk.isPart ? receivedBytes(response) : undefined;
    // A registry may take less of a chunk than it was sent, and says so.
    return next(
      response,
      target,
      received !== undefined && received > at ? Math.min(received, end) : end,
      upload,
    );
  }
  const error = await registryError(response, { repository: target.repository, access: 'push' });
  // Out of step (416), not known any more (404), or too many bytes at once (413).
  const mayPass = passingStatuses.has(status) || [404, 413, 416].includes(status);
  throw mayPass && error.kind !== 'denied' ? new UploadBroken(error, response) : error;
}

/** The specification says 202 of a part and 201 of the whole; AWS says 201 of both, others 204. */
function isTaken(status: number): boolean {
  return status >= 200 && status <= 204;
}

async function orBroken(sent: Promise<HttpResponse>, signal: AbortSignal): Promise<HttpResponse> {
  try {
    return await sent;
  } catch (error) {
    throw passes(error) && !signal.aborted ? new UploadBroken(error) : error;
  }
}

function next(response: HttpResponse, target: PushTarget, at: number, before?: Upload): Upload {
  const least = Number(response.headers['oci-chunk-min-length']);
  discardBody(response);
  return {
    location: location(response, target, before),
    at,
    leastChunkBytes: Number.isSafeInteger(least) && least > 0 ? least : (before?.leastChunkBytes ?? 0),
  };
}

function location(response: HttpResponse, target: PushTarget, before: Upload | undefined): string {
  const text = response.headers.location ?? before?.location;
  if (text === undefined || !URL.canParse(text, response.url.href)) {
    throw new GantryError({
      kind: 'network',
      code: 'no-upload-location',
      message: `registry ${response.url.host} names no place to upload to for ${target.repository}`,
    });
  }
  return new URL(text, response.url).href;
}

/** `Range: 0-N`, both included. `0-0` is one byte, or what the reference implementation says for none: taken for none. */
function receivedBytes({ headers }: HttpResponse): number | undefined {
  const match = /^(?:bytes=)?0-(\d{1,16})$/.exec(headers['range'] ?? '');
  if (match === null) return undefined;
  return match[1] === '0' ? 0 : Number(match[1]) + 1;
}

/** `Location` may carry a query of its own, which is kept to the letter: it may be signed (distribution-spec "POST then PUT"). */
function withDigest(href: string, digest: string): string {
  const url = new URL(href);
  url.search += `${url.search === '' ? '' : '&'}digest=${encodeURIComponent(digest)}`;
  return url.href;
}

function counted(source: Readable, onBytes: (doneBytes: number) => void): Transform {
  let doneBytes = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      doneBytes += chunk.length;
      onBytes(doneBytes);
      done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}
