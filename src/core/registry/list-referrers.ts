import { GantryError } from '../../base/gantry-error.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { isIndexType, mediaTypes } from '../../oci/media-types.ts';
import { referrersTag } from '../../oci/referrers-tag.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import { readPages } from './read-pages.ts';
import type { FetchedManifest } from './registry-client.ts';
import { type RequestSubject, registryError } from './registry-error.ts';
import type { SessionRequest } from './registry-session.ts';

export interface ReferrersRequest {
  readonly send: (request: Omit<SessionRequest, 'scopes'>) => Promise<HttpResponse>;
  readonly fetchManifest: (tagOrDigest: string, signal: AbortSignal) => Promise<FetchedManifest>;
  readonly path: string;
  readonly subject: RequestSubject;
  readonly digest: Digest;
  readonly artifactType: string | undefined;
  readonly signal: AbortSignal;
  readonly onCut: (taken: number) => void;
}

const pageLimitBytes = 4 * 1024 * 1024;
const mostReferrers = 10_000;
/** How registries that have no such list refuse to give it. */
const unknownStatuses: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/** See `listReferrers` of the repository client. */
export async function listReferrers(request: ReferrersRequest): Promise<readonly Descriptor[]> {
  const found = (await fromList(request)) ?? (await fromTag(request));
  // A registry may filter, and need not.
  return request.artifactType === undefined
    ? found
    : found.filter(({ artifactType }) => artifactType === request.artifactType);
}

async function fromList(request: ReferrersRequest): Promise<readonly Descriptor[] | undefined> {
  const { send, path, digest, artifactType, signal } = request;
  const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  const first = `${path}/referrers/${digest}${query}`;
  return readPages({
    first,
    most: mostReferrers,
    keyOf: (entry: Descriptor) => entry.digest,
    read: async (next) => {
      const headers = { Accept: mediaTypes.index };
      const response = await send({ method: 'GET', path: next, headers, signal });
      const mediaType = response.headers['content-type']?.split(';', 1)[0]?.trim() ?? '';
      // Some answer 200 with a page of their own to any address.
      if (
        next === first &&
        (unknownStatuses.has(response.status) || (response.status === 200 && !isIndexType(mediaType)))
      ) {
        discardBody(response);
        return undefined;
      }
      if (response.status !== 200) throw await registryError(response, request.subject);
      const entries = entriesOf(await readBody(response, pageLimitBytes), mediaType);
      return { entries, link: response.headers['link'] };
    },
    onCut: request.onCut,
  });
}

/** distribution-spec "Referrers Tag Schema": `sha256-HEX` names an index that clients keep themselves. */
async function fromTag({ fetchManifest, digest, signal }: ReferrersRequest): Promise<readonly Descriptor[]> {
  try {
    const { bytes, descriptor } = await fetchManifest(referrersTag(digest), signal);
    return entriesOf(bytes, descriptor.mediaType);
  } catch (error) {
    if (error instanceof GantryError && error.kind === 'not-found') return [];
    throw error;
  }
}

function entriesOf(bytes: Uint8Array, mediaType: string): readonly Descriptor[] {
  const decoded = decodeManifestDocument(bytes, mediaType);
  return decoded.kind === 'index' ? decoded.index.manifests : [];
}
