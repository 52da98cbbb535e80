import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GantryError } from '../../../base/gantry-error.ts';
import { digestAlgorithm, digestHex, parseDigest } from '../../../oci/digest.ts';
import type { HttpResponse } from '../../registry/http-exchange.ts';
import type { IgnorePattern } from '../context/ignore-patterns.ts';
import { withoutLogin } from '../context/url-login.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { sourceChanged } from '../tree/open-source.ts';
import { Pacer } from '../tree/pacer.ts';
import { type Selection, selectEntries } from '../tree/selection.ts';
import { boundedDownload } from './bounded-download.ts';
import { downloadName } from './download-name.ts';
import { headerOf, httpGet } from './http-get.ts';
import { httpLogin } from './http-login.ts';
import { type KnownDownload, KnownDownloads } from './known-downloads.ts';
import type { RemoteSource } from './remote-source.ts';

export interface HttpSourceOptions {
  readonly url: string;
  /** `--checksum`: what it must hold. */
  readonly checksum: string | undefined;
  readonly exclude: readonly IgnorePattern[];
  readonly vertex: string;
}

/** `dir` holds the file and nothing else. */
interface Download extends KnownDownload {
  readonly dir: string;
}

/** `Last-Modified` counts as proof only when it was not news when it was said (RFC 9110, 8.8.2.2). */
const freshSeconds = 60;

/**
 * A file behind a URL: 0600, as old as the server says, else from 1970 (BuildKit, source/http). With a checksum the
 * server is not asked while the step is in the cache; without one it is asked whether anything changed.
 */
export function httpSource(session: BuildSession, options: HttpSourceOptions): RemoteSource {
  const { url } = options;
  const name = downloadName(url);
  const checksum = options.checksum === undefined ? undefined : parseDigest(options.checksum);
  const login = httpLogin(session, url);
  const known = new KnownDownloads(session.services.dirs.cache);
  const identity = JSON.stringify([url, login]);

  const get = async (conditions: Readonly<Record<string, string>>): Promise<HttpResponse> =>
    httpGet(await session.downloads(), url, { ...login, ...conditions }, session.signal);
  const save = (response: HttpResponse): Promise<Download> =>
    saveBody(session, response, { ...options, name, algorithm: digestAlgorithm(checksum ?? 'sha256:') });
  const ask = async (): Promise<Expected> => {
    if (checksum !== undefined) return { digest: checksum, modifiedSeconds: undefined };
    const before = known.find(identity);
    const response = await get(conditionsOf(before));
    if (before !== undefined && (response.status === 304 || isSameTag(response, before))) {
      response.body.destroy();
      return before;
    }
    const { dir, ...now } = await save(response);
    if (now.etag !== undefined || now.lastModified !== undefined) known.keep(identity, now);
    return { ...now, dir };
  };
  let asked: Promise<Expected> | undefined;

  return {
    async facts() {
      asked ??= ask();
      const { digest, modifiedSeconds } = await asked;
      return { http: name, digest, modified: modifiedSeconds ?? null };
    },
    async fetch() {
      asked ??= ask();
      const expected = await asked;
      const { dir = undefined, digest } = expected.dir === undefined ? await save(await get({})) : expected;
      if (digest === expected.digest && dir !== undefined)
        return selectFile(session, dir, name, options.exclude);
      throw checksum === undefined
        ? sourceChanged({ path: withoutLogin(url) })
        : mismatch(url, digest, checksum);
    },
  };
}

/** What a URL is known to hold, and where it lies if it was downloaded to find out. */
type Expected = Pick<Download, 'digest' | 'modifiedSeconds'> & { readonly dir?: string };

async function saveBody(
  session: BuildSession,
  response: HttpResponse,
  options: HttpSourceOptions & {
    readonly name: string;
    readonly algorithm: string;
  },
): Promise<Download> {
  const { vertex, name } = options;
  const { body, headers } = response;
  const modifiedSeconds = modifiedOf({ body });
  const dir = (await session.workspace()).scratchDir();
  mkdirSync(dir, { mode: 0o700 });
  const path = join(dir, name);
  const hash = createHash(options.algorithm);
  const total = Number(headers['content-length']) || undefined;
  let done = 0;
  await pipeline(
    boundedDownload(response, dir),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        done += chunk.length;
        session.emit(
          { kind: 'progress', vertex, label: 'downloading', done, total },
          `${vertex} downloading`,
        );
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    { signal: session.signal },
  ).catch((error: unknown) => {
    if (session.signal.aborted) throw error;
    throw interrupted(options.url, GantryError.from(error));
  });
  chmodSync(path, 0o600);
  utimesSync(path, modifiedSeconds ?? 0, modifiedSeconds ?? 0);
  const digest = `${options.algorithm}:${hash.digest('hex')}`;
  return { dir, digest, modifiedSeconds, ...validatorsOf({ body }) };
}

async function selectFile(
  { signal }: BuildSession,
  dir: string,
  name: string,
  exclude: readonly IgnorePattern[],
): Promise<Selection> {
  const tree = new LayeredTree(
    { kind: 'folder', folder: dir, lower: [], upper: undefined, work: undefined },
    'download',
  );
  const file = tree.lookup(name);
  if (file === undefined) throw sourceChanged({ path: name });
  return selectEntries(tree, file, name, exclude, new Pacer(signal));
}

function conditionsOf(known: KnownDownload | undefined): Readonly<Record<string, string>> {
  return {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

/** Some servers give tags and take no notice of conditions. */
function isSameTag({ body }: HttpResponse, known: KnownDownload): boolean {
  const etag = headerOf(body, 'etag');
  return etag !== undefined && known.etag !== undefined && strong(etag) === strong(known.etag);
}

function strong(etag: string): string {
  return etag.replace(/^W\//, '');
}

function validatorsOf({ body }: Pick<HttpResponse, 'body'>): Pick<KnownDownload, 'etag' | 'lastModified'> {
  const etag = headerOf(body, 'etag');
  const lastModified = headerOf(body, 'last-modified');
  const seconds = lastModified === undefined ? Number.NaN : Date.parse(lastModified) / 1000;
  return { etag, lastModified: seconds < Date.now() / 1000 - freshSeconds ? lastModified : undefined };
}

function modifiedOf({ body }: Pick<HttpResponse, 'body'>): number | undefined {
  const seconds = Math.floor(Date.parse(headerOf(body, 'last-modified') ?? '') / 1000);
  // The tar of a layer knows no time before 1970.
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function mismatch(url: string, digest: string, checksum: string): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'checksum-mismatch',
    message: `digest mismatch for ${withoutLogin(url)}: ${digest} (expected: ${checksum})`,
    hint: `the file has changed, or --checksum is wrong: ${digestHex(digest).slice(0, 12)}… is what the server sends`,
  });
}

function interrupted(url: string, { message, hint, kind }: GantryError): GantryError {
  return new GantryError({
    kind: kind === 'io' || kind === 'timeout' ? kind : 'unavailable',
    code: 'download-failed',
    message: `download of ${withoutLogin(url)} was interrupted: ${message}`,
    hint: hint ?? 'build again',
  });
}
