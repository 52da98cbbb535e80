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
  const { repository } = subject;
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
  if (status === 404) return unknownThere(subject, host, told, details);
  return new GantryError({
    kind: status >= 500 ? 'network' : 'invalid',
    code: 'registry-refused',
    message: `registry ${host} answered ${status}${told === undefined ? '' : `: ${told.message ?? told.code}`}`,
    details,
  });
}

/** What the registry does not have: the repository, a blob, or a manifest. */
function unknownThere(
  { repository, reference, blob, access }: RequestSubject,
  host: string,
  told: ToldError | undefined,
  details: GantryError['details'],
): GantryError {
  const error = (code: string, message: string, hint: string): GantryError =>
    new GantryError({ kind: 'not-found', code, message, hint, details });
  const codeOr = (otherwise: string): string => (told?.code === 'NAME_UNKNOWN' ? 'name unknown' : otherwise);
  if (access === 'push') {
    return error(
      'repository-unknown',
      `registry ${host} takes nothing for ${repository}: ${told?.message ?? 'it knows no such repository or upload'}`,
      'Check the name. Some registries want a repository to be made before it is pushed to.',
    );
  }
  if (blob !== undefined) {
    return error(
      'blob-unknown',
      `blob ${blob} of ${repository} not found: ${codeOr('blob unknown')}: ${told?.message ?? `${host} does not have it`}`,
      `The image is not whole where it lies: it has to be pushed to ${host} again.`,
    );
  }
  if (reference === undefined) {
    const unknown = codeOr('repository unknown');
    return error(
      'repository-unknown',
      `repository ${repository} not found: ${unknown}: ${told?.message ?? unknown}`,
      `Check the name; ${host} has no such repository.`,
    );
  }
  const unknown = codeOr('manifest unknown');
  return error(
    'manifest-unknown',
    `manifest for ${joinReference(repository, reference)} not found: ${unknown}: ${told?.message ?? unknown}`,
    `Check name and tag; ${host} has no such image.`,
  );
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

/** What an error answer says. */
interface ToldError {
  readonly code: string;
  readonly message: string | undefined;
}

function firstError(body: Buffer): ToldError | undefined {
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
