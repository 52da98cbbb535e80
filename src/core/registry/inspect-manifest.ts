import { GantryError } from '../../base/gantry-error.ts';
import type { RemoteManifest, RemotePlatform } from '../../engine/registries.ts';
import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { decodeManifestDocument, type ManifestDocument } from '../../oci/decode-manifest.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { familiarReference, type Reference } from '../../oci/reference.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { FetchedManifest, RepositoryClient } from './registry-client.ts';

const mostListed = 200;
const configTypes: ReadonlySet<string> = new Set([mediaTypes.config, mediaTypes.dockerConfig]);

/** What a name means on its registry. With `details` the config is read for its platform, and what an index lists. */
export async function inspectManifest(
  repository: RepositoryClient,
  reference: Reference,
  { details, signal }: { readonly details: boolean; readonly signal: AbortSignal },
): Promise<RemoteManifest> {
  const fetched = await repository.fetchManifest(reference.digest ?? reference.tag ?? 'latest', signal);
  const decoded = decodeManifestDocument(fetched.bytes, fetched.descriptor.mediaType);
  const one = toRemote(familiarReference(reference), fetched);
  if (!details) return one;
  if (decoded.kind === 'manifest') {
    return { ...one, platform: await platformOf(repository, decoded, signal) };
  }
  const manifests: RemoteManifest[] = [];
  for (const listed of decoded.index.manifests.slice(0, mostListed)) {
    const inner = await repository.fetchManifest(listed.digest, signal);
    manifests.push({
      ...toRemote(familiarReference({ ...reference, digest: listed.digest }), inner),
      platform: listed.platform,
    });
  }
  return { ...one, manifests };
}

function toRemote(reference: string, { descriptor, bytes }: FetchedManifest): RemoteManifest {
  return {
    reference,
    mediaType: descriptor.mediaType,
    digest: descriptor.digest,
    sizeBytes: descriptor.size,
    text: Buffer.from(bytes).toString('utf8'),
    platform: undefined,
    manifests: [],
  };
}

async function platformOf(
  repository: RepositoryClient,
  document: ManifestDocument,
  signal: AbortSignal,
): Promise<RemotePlatform | undefined> {
  if (document.kind !== 'manifest' || !configTypes.has(document.manifest.config.mediaType)) return undefined;
  const bytes = await fetchSmallBlob(repository, document.manifest.config, signal);
  const { architecture, os, variant } = decodeImageConfig(bytes);
  return variant === undefined ? { architecture, os } : { architecture, os, variant };
}

/** A whole blob, verified, within limits. */
async function fetchSmallBlob(
  repository: RepositoryClient,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<Buffer> {
  const stream = await repository.fetchBlob(descriptor, { start: 0 }, signal);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.chunks) {
    size += chunk.length;
    if (size > Math.min(descriptor.size, documentLimitBytes)) break;
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (sha256(bytes) === descriptor.digest) return bytes;
  throw new GantryError({
    kind: 'corrupt',
    code: 'blob-digest-mismatch',
    message: `blob ${descriptor.digest} does not match its digest`,
    hint: 'The registry, or something between it and us, altered it.',
  });
}
