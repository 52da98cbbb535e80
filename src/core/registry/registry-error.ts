import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { Digest } from '../../oci/digest.ts';
import type { HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import { retryAfterMs } from './retry.ts';

/** What we asked for, in the words a refusal is told with. */
export interface RequestSubject {
  /** `docker.io/library/web` as the user wrote it: `web`. */
  readonly repository: string;
  readonly reference?: string | undefined;
  /** Where it was a blob that was asked for, not a manifest. */
  readonly blob?: Digest | undefined;
  readonly access: 'pull' | 'push';
}

const bodyLimitBytes = 64 * 1024;

/** Reads an error answer (distribution-spec "Error Codes") and makes the sentence a person can act on. */
export async function registryError(response: HttpResponse, subject: RequestSubject): Promise<GantryError> {
  const told = firstError(await readBody(response, bodyLimitBytes).catch(() => Buffer.alloc(0)));
  const { status } = response;
  const details = { status, registryCode: told?.code };
  const host = response.url.host;
  const { repository, reference, blob } = subject;
  if (status === 401 || status === 403 || told?.code === 'DENIED' || told?.code === 'UNAUTHORIZED') {
    const message =
      subject.access === 'pull'
        ? `pull access denied for ${repository}, repository does not exist or may require 'docker login'`
        : `push access denied for ${repository}: requested access to the resource is denied`;
    return new GantryError({
      kind: 'denied',
      code: 'registry-denied',
      message: told?.message === undefined ? message : `${message}: ${told.message}`,
      hint: deniedHint(host, repository),
      details,
    });
  }
  if (status === 429 || told?.code === 'TOOMANYREQUESTS') {
    return new GantryError({
      kind: 'network',
      code: 'registry-rate-limit',
      message: `toomanyrequests: ${told?.message ?? `registry ${host} refuses more requests`}`,
      hint: retryHint(response, host),
      details,
    });
  }
  if (status === 404 && subject.access === 'push') {
    return new GantryError({
      kind: 'not-found',
      code: 'repository-unknown',
      message: `registry ${host} takes nothing for ${repository}: ${told?.message ?? 'it knows no such repository or upload'}`,
      hint: 'Check the name. Some registries want a repository to be made before it is pushed to.',
      details,
    });
  }
  if (status === 404 && blob !== undefined) {
    const isUnknown = told === undefined || told.code === 'BLOB_UNKNOWN';
    return new GantryError({
      kind: 'not-found',
      code: 'blob-unknown',
      message: `blob ${blob} of ${repository} not found: ${isUnknown ? 'blob unknown' : told.code}: ${told?.message ?? `${host} does not have it`}`,
      hint: `The image is not whole where it lies: it has to be pushed to ${host} again.`,
      details,
    });
  }
  if (status === 404) {
    const name = reference === undefined ? repository : joinReference(repository, reference);
    const unknown = told?.code === 'NAME_UNKNOWN' ? 'name unknown' : 'manifest unknown';
    return new GantryError({
      kind: 'not-found',
      code: 'manifest-unknown',
      message: `manifest for ${name} not found: ${unknown}: ${told?.message ?? unknown}`,
      hint: `Check name and tag; ${host} has no such image.`,
      details,
    });
  }
  return new GantryError({
    kind: status >= 500 ? 'network' : 'invalid',
    code: 'registry-refused',
    message: `registry ${host} answered ${status}${told === undefined ? '' : `: ${told.message ?? told.code}`}`,
    details,
  });
}

/** Nobody is asked to log in at a host that the registry chose: it may not be one to tell a password. */
function deniedHint(host: string, repository: string): string {
  const isRegistry = host === 'registry-1.docker.io' || repository.startsWith(`${host}/`);
  return isRegistry
    ? `Check the name, and log in if it is private: ${loginLine(host)}`
    : `Check the name. It is ${JSON.stringify(host)} that refuses, where the registry keeps this or a mirror is.`;
}

function loginLine(host: string): string {
  return host === 'registry-1.docker.io' ? 'gantry login' : `gantry login ${host}`;
}

function retryHint(response: HttpResponse, host: string): string {
  const afterMs = retryAfterMs(response.headers['retry-after']);
  const when = afterMs === undefined ? 'later' : `in ${Math.ceil(afterMs / 1000)} seconds`;
  return `Try again ${when}; accounts often have a higher limit: ${loginLine(host)}`;
}

function joinReference(repository: string, reference: string): string {
  return reference.includes(':') ? `${repository}@${reference}` : `${repository}:${reference}`;
}

function firstError(
  body: Buffer,
): { readonly code: string; readonly message: string | undefined } | undefined {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as {
      errors?: { code?: unknown; message?: unknown }[];
    };
    const first = errors?.[0];
    if (first === undefined || typeof first.code !== 'string') return undefined;
    const message =
      typeof first.message === 'string' && first.message !== '' ? clean(first.message) : undefined;
    return { code: clean(first.code), message };
  } catch {
    return undefined;
  }
}

function clean(text: string): string {
  return stripControl(text).replaceAll('\n', ' ').slice(0, 500);
}
