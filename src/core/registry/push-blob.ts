import { Transform } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { HttpResponse } from './http-exchange.ts';
import type { BlobPush, BlobPushOptions } from './registry-client.ts';
import { registryError } from './registry-error.ts';
import type { RegistrySession } from './registry-session.ts';
import { passes } from './retry.ts';

export interface PushTarget {
  readonly path: string;
  /** As people write it, for errors. */
  readonly repository: string;
  readonly scopes: readonly string[];
}

const tries = 3;

/**
 * Pushes one blob (distribution-spec "Pushing blobs"): HEAD, mount from a neighbour, else POST, PATCH, PUT. A broken
 * upload is begun anew: registries differ too much in what they keep of one.
 */
export async function pushBlob(
  session: RegistrySession,
  target: PushTarget,
  descriptor: Descriptor,
  options: BlobPushOptions,
): Promise<BlobPush> {
  const { signal } = options;
  const head = await session.send({
    method: 'HEAD',
    path: `${target.path}/blobs/${descriptor.digest}`,
    scopes: target.scopes,
    signal,
  });
  head.body.resume();
  if (head.status === 200) return 'exists';
  for (let attempt = 1; ; attempt += 1) {
    try {
      const location = await begin(session, target, descriptor, options);
      if (location === undefined) return 'mounted';
      await upload(session, target, descriptor, options, location);
      return 'pushed';
    } catch (error) {
      if (!passes(error) || attempt === tries || signal.aborted) throw error;
    }
  }
}

/** Where to send the bytes; undefined: the registry mounted the blob from a neighbour. */
async function begin(
  session: RegistrySession,
  target: PushTarget,
  descriptor: Descriptor,
  options: BlobPushOptions,
): Promise<string | undefined> {
  const post = (query: string, scopes: readonly string[]): Promise<HttpResponse> =>
    session.send({
      method: 'POST',
      path: `${target.path}/blobs/uploads/${query}`,
      headers: { 'Content-Length': '0' },
      scopes,
      signal: options.signal,
    });
  for (const from of (options.mountFrom ?? []).filter((path) => path !== target.path)) {
    const query = `?mount=${encodeURIComponent(descriptor.digest)}&from=${encodeURIComponent(from)}`;
    const response = await post(query, [...target.scopes, `repository:${from}:pull`]);
    response.body.resume();
    if (response.status === 201) return undefined;
    if (response.status === 202) return location(response, target);
    // Registries that know no mount, or will not: upload as if nothing had been asked.
  }
  const response = await post('', target.scopes);
  if (response.status !== 202)
    throw await registryError(response, { repository: target.repository, access: 'push' });
  response.body.resume();
  return location(response, target);
}

async function upload(
  session: RegistrySession,
  target: PushTarget,
  descriptor: Descriptor,
  options: BlobPushOptions,
  start: string,
): Promise<void> {
  const { scopes } = target;
  const { signal } = options;
  const patched = await session.send({
    method: 'PATCH',
    path: start,
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(descriptor.size) },
    body: () => counted(options),
    scopes,
    signal,
    once: true,
  });
  if (patched.status !== 202 && patched.status !== 204) {
    throw await registryError(patched, { repository: target.repository, access: 'push' });
  }
  patched.body.resume();
  const put = await session.send({
    method: 'PUT',
    path: withDigest(location(patched, target), descriptor.digest),
    headers: { 'Content-Length': '0', 'Content-Type': 'application/octet-stream' },
    scopes,
    signal,
    once: true,
  });
  if (put.status !== 201 && put.status !== 204) {
    throw await registryError(put, { repository: target.repository, access: 'push' });
  }
  put.body.resume();
}

function counted({ open, onProgress }: BlobPushOptions): Transform {
  let doneBytes = 0;
  const source = open();
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      doneBytes += chunk.length;
      onProgress?.(doneBytes);
      done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}

function location(response: HttpResponse, target: PushTarget): string {
  const text = response.headers.location;
  if (text === undefined || !URL.canParse(text, response.url.href)) {
    throw new GantryError({
      kind: 'network',
      code: 'no-upload-location',
      message: `registry ${response.url.host} names no place to upload to for ${target.repository}`,
    });
  }
  return new URL(text, response.url).href;
}

/** `Location` may carry a query of its own that must be kept (distribution-spec "POST then PUT"). */
function withDigest(href: string, digest: string): string {
  const url = new URL(href);
  url.searchParams.set('digest', digest);
  return url.href;
}
