import { GantryError } from '../../base/gantry-error.ts';
import { isErrorKind } from '../../base/is-error-code.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, isDigest, parseDigest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { familiarName } from '../../oci/reference.ts';
import { sha256 } from '../../oci/sha256.ts';
import { discardBody } from './discard-body.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { HttpResponse } from './http-exchange.ts';
import { listReferrers } from './list-referrers.ts';
import { pushBlob } from './push-blob.ts';
import { readBody } from './read-body.ts';
import { readPages } from './read-pages.ts';
import type { FetchedManifest, RepositoryClient } from './registry-client.ts';
import { type RequestSubject, registryError } from './registry-error.ts';
import type { RegistrySession, SessionRequest } from './registry-session.ts';
import { againWhenBroken } from './retry.ts';
import { checkToldDigest } from './told-digest.ts';

/** distribution-spec recommends registries accept at least 4 MiB; nobody sends more. */
const manifestLimitBytes = 4 * 1024 * 1024;
const mostTags = 100_000;

const accept = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerManifestList,
  mediaTypes.dockerManifest,
  // Asked for only so that an old registry says what it has, and we can say why not.
  mediaTypes.dockerSchema1Signed,
].join(', ');

export function repositoryClient(
  session: RegistrySession,
  domain: string,
  path: string,
  access: 'pull' | 'push',
  onWarning: (text: string) => void = () => undefined,
): RepositoryClient {
  const repository = familiarName({ domain, path, tag: undefined, digest: undefined });
  const scopes = [`repository:${path}:${access === 'push' ? 'pull,push' : 'pull'}`];
  const subject = (reference?: string): RequestSubject => ({ repository, reference, access });
  const send = (request: Omit<SessionRequest, 'scopes'>): Promise<HttpResponse> =>
    session.send({ ...request, scopes });

  const leaveMirrors = (): boolean => session.leaveMirrors?.() === true;
  const fetchManifest = async (tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest> => {
    const fetch = () => againWhenBroken(() => fetchManifestOnce(tagOrDigest, signal), signal);
    try {
      return await fetch();
    } catch (error) {
      if (signal.aborted || !isErrorKind(error, 'corrupt') || !leaveMirrors()) throw error;
      return await fetch();
    }
  };
  const fetchManifestOnce = async (tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest> => {
    const headers = { Accept: accept };
    const response = await send({ method: 'GET', path: `${path}/manifests/${tagOrDigest}`, headers, signal });
    if (response.status !== 200) throw await registryError(response, subject(tagOrDigest));
    const bytes = await readBody(response, manifestLimitBytes);
    const told = response.headers['docker-content-digest'];
    const digest = verified(bytes, isDigest(tagOrDigest) ? tagOrDigest : told, repository);
    const mediaType = contentType(response);
    decodeManifestDocument(bytes, mediaType);
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
  };

  return {
    fetchManifest,
    leaveMirrors,
    resolve: async (tagOrDigest, signal) => {
      const headers = { Accept: accept };
      const response = await send({
        method: 'HEAD',
        path: `${path}/manifests/${tagOrDigest}`,
        headers,
        signal,
      });
      discardBody(response);
      const digest = response.headers['docker-content-digest'];
      const size = Number(response.headers['content-length']);
      const told = typeof digest === 'string' && isDigest(digest) && Number.isSafeInteger(size);
      if (response.status === 200 && told) {
        return { mediaType: contentType(response), digest: parseDigest(digest), size };
      }
      // A HEAD has no words to explain a refusal with; a GET does.
      return (await fetchManifest(tagOrDigest, signal)).descriptor;
    },
    fetchBlob: (descriptor, range, signal) => fetchBlob({ send, path, subject, descriptor, range, signal }),
    pushBlob: (descriptor, options) => pushBlob(session, { path, repository, scopes }, descriptor, options),
    pushManifest: async (tagOrDigest, mediaType, bytes, signal) => {
      const response = await send({
        method: 'PUT',
        path: `${path}/manifests/${tagOrDigest}`,
        headers: { 'Content-Type': mediaType, 'Content-Length': String(bytes.length) },
        body: () => bytes,
        signal,
      });
      if (response.status < 200 || response.status > 202)
        throw await registryError(response, subject(tagOrDigest));
      discardBody(response);
      const digest = sha256(bytes);
      checkToldDigest(response, digest);
      return digest;
    },
    listReferrers: (digest, { artifactType, signal }) =>
      listReferrers({
        send,
        fetchManifest,
        path,
        subject: subject(digest),
        digest,
        artifactType,
        signal,
        onCut: (taken) => onWarning(leftList('referrers', digest, taken)),
      }),
    listTags: (signal) => againWhenBroken(() => listTags(signal), signal),
  };

  async function listTags(signal: AbortSignal): Promise<readonly string[]> {
    const tags = await readPages({
      first: `${path}/tags/list?n=1000`,
      most: mostTags,
      keyOf: (tag: string) => tag,
      read: async (next) => {
        const response = await send({ method: 'GET', path: next, signal });
        if (response.status !== 200) throw await registryError(response, subject());
        const entries = parseTags(await readBody(response, manifestLimitBytes));
        return { entries, link: response.headers['link'] };
      },
      onCut: (taken) => onWarning(leftList('tags', repository, taken)),
    });
    return tags ?? [];
  }
}

function leftList(what: string, of: string, taken: number): string {
  return `the registry's list of the ${what} of ${of} does not come to an end: the first ${taken} are taken`;
}

/**
 * The digest of the bytes; `corrupt` when it is not the one asked for, or the one the registry says it sends for a tag.
 */
function verified(bytes: Uint8Array, wanted: string | string[] | undefined, repository: string): Digest {
  const digest = sha256(bytes);
  // A manifest named by sha512 is not verified by a sha256: such a name is refused, not trusted.
  if (typeof wanted === 'string' && isDigest(wanted) && wanted !== digest) {
    throw new GantryError({
      kind: 'corrupt',
      code: 'manifest-digest-mismatch',
      message: `manifest of ${repository} does not match its digest: want ${wanted}, got ${digest}`,
      hint: 'The registry, or something between it and us, altered it. Do not use it.',
    });
  }
  return digest;
}

function contentType(response: HttpResponse): Descriptor['mediaType'] {
  return (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
}

function parseTags(body: Buffer): readonly string[] {
  try {
    const { tags } = JSON.parse(body.toString('utf8')) as { tags?: unknown };
    if (!Array.isArray(tags)) return [];
    return tags.filter(
      (tag): tag is string => typeof tag === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag),
    );
  } catch {
    return [];
  }
}
