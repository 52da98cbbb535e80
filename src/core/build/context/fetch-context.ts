import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { ContextSource, FetchedContext } from '../../../engine/builds.ts';
import type { CoreServices } from '../../core-services.ts';
import { readRegularFile } from '../../host/read-regular-file.ts';
import { applyLayer } from '../../layers/apply-layer.ts';
import { detectSource } from '../../layers/decompress.ts';
import type { BuildDependencies } from '../build-dependencies.ts';
import { endStepWith } from '../solver/step-guard.ts';
import { openWorkspace } from '../solver/workspace.ts';
import { cloneGit } from './clone-git.ts';
import { userGitEnvironment } from './git-environment.ts';
import { isGitUrl } from './git-url.ts';
import { isTarHeader, tarHeaderBytes } from './tar-header.ts';
import { withoutLogin } from './url-login.ts';

export interface FetchOptions {
  /** Path of the Dockerfile in the context; undefined: one of the usual names. */
  readonly file: string | undefined;
  readonly keepGitDir: boolean;
  readonly signal: AbortSignal;
}

const dockerfileLimitBytes = 16 << 20;

/**
 * Brings a context that is no folder here into one: a tar, packed or not, or a lone Dockerfile from a stream or an
 * HTTP server; a git repository. Links in it lead nowhere outside of it. Rejects `invalid` / `bad-context`,
 * `not-found` / `dockerfile-not-found`, `unavailable`.
 */
export async function fetchContext(
  services: CoreServices,
  dependencies: BuildDependencies,
  source: ContextSource,
  options: FetchOptions,
): Promise<FetchedContext> {
  const workspace = await openWorkspace(services, endStepWith(dependencies));
  try {
    const dir = workspace.contextDir();
    const fetched = await fetchInto(dir, source, options);
    return {
      ...fetched,
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    };
  } catch (error) {
    await workspace[Symbol.asyncDispose]();
    throw error;
  }
}

/** As {@link fetchContext} for a context beside the main one: a tar or a repository, into a new folder. Returns where it is. */
export async function fetchFolder(url: string, dir: string, signal: AbortSignal): Promise<string> {
  if (isGitUrl(url)) return cloneGit(url, dir, { keepGitDir: false, env: userGitEnvironment(), signal });
  mkdirSync(dir, { mode: 0o755 });
  if ((await unpackOrRead(await download(url, signal), dir, signal)) === undefined) return dir;
  throw bad(
    `${withoutLogin(url)} is no tar`,
    'a git repository is taken for one when its URL ends with .git',
  );
}

async function fetchInto(
  dir: string,
  source: ContextSource,
  options: FetchOptions,
): Promise<Omit<FetchedContext, keyof AsyncDisposable>> {
  if (source.kind === 'url' && isGitUrl(source.url)) {
    const env = userGitEnvironment();
    return withDockerfile(await cloneGit(source.url, dir, { ...options, env }), options.file);
  }
  const bytes = source.kind === 'url' ? await download(source.url, options.signal) : source.bytes;
  const text = await unpackOrRead(bytes, dir, options.signal);
  if (text === undefined) return withDockerfile(dir, options.file);
  if (options.file !== undefined) {
    throw bad(`${JSON.stringify(options.file)} cannot be in a context that is a Dockerfile`, 'leave -f out');
  }
  return { contextDir: dir, dockerfile: undefined, dockerfileText: text };
}

/** Undefined: it was a tar, and is unpacked. */
async function unpackOrRead(
  bytes: AsyncIterable<Uint8Array>,
  dir: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { kind, rest } = await detectSource(bytes);
  const iterator = rest[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let length = 0;
  const limitBytes = kind === 'none' ? tarHeaderBytes : 0;
  while (length < limitBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    head.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const whole = (async function* () {
    yield* head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  })();
  if (kind !== 'none' || isTarHeader(Buffer.concat(head).subarray(0, tarHeaderBytes))) {
    await applyLayer(whole, dir, { whiteouts: 'delete', signal });
    return undefined;
  }
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of whole) {
    signal.throwIfAborted();
    sizeBytes += part.length;
    if (sizeBytes > dockerfileLimitBytes) throw bad('the Dockerfile is longer than 16 MiB');
    parts.push(Buffer.from(part));
  }
  if (sizeBytes === 0) throw bad('the Dockerfile cannot be empty');
  return Buffer.concat(parts).toString('utf8');
}

async function download(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(url, { signal, redirect: 'follow' });
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new GantryError({
      kind: 'unavailable',
      code: 'context-unreachable',
      message: `unable to download remote context ${withoutLogin(url)}: ${why}`,
      cause: error,
    });
  }
  if (response.ok && response.body !== null) return response.body;
  await response.body?.cancel();
  const status = `${response.status} ${response.statusText}`.trim();
  throw new GantryError({
    kind: response.status === 404 ? 'not-found' : 'unavailable',
    code: 'context-unreachable',
    message: `unable to download remote context ${withoutLogin(url)}: failed to GET ${withoutLogin(url)} with status ${status}`,
    hint: 'a git repository is taken for one when its URL ends with .git',
  });
}

function withDockerfile(
  contextDir: string,
  file: string | undefined,
): Omit<FetchedContext, keyof AsyncDisposable> {
  const names = file === undefined ? ['Dockerfile', 'Containerfile'] : [file];
  for (const name of names) {
    const path = join(contextDir, join('/', name));
    const real = realPath(path);
    if (real === undefined || !real.startsWith(`${realpathSync(contextDir)}/`)) continue;
    const stats = statSync(real);
    if (!stats.isFile() || stats.size > dockerfileLimitBytes) continue;
    return {
      contextDir,
      dockerfile: path,
      dockerfileText: readRegularFile(real, dockerfileLimitBytes).toString('utf8'),
    };
  }
  throw new GantryError({
    kind: 'not-found',
    code: 'dockerfile-not-found',
    message: `failed to read dockerfile: open ${names[0]}: no such file or directory`,
    hint: 'it is not in the context; -f names another file of it',
  });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function bad(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-context', message, hint });
}
