import { GantryError } from '../../base/gantry-error.ts';
import type { ReferrersReport } from '../../engine/registries.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Digest } from '../../oci/digest.ts';
import { selectManifest } from '../../oci/platform-match.ts';
import { formatPlatform, parsePlatform } from '../../oci/platform-parse.ts';
import type { Reference } from '../../oci/reference.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { RepositoryClient } from './registry-client.ts';

export interface FindReferrersOptions {
  readonly artifactType?: string | undefined;
  readonly platform?: string | undefined;
  readonly signal: AbortSignal;
}

/** What refers to what a name means, or to the manifest of one platform in it. */
export async function findReferrers(
  repository: RepositoryClient,
  reference: Reference,
  { artifactType, platform, signal }: FindReferrersOptions,
): Promise<ReferrersReport> {
  const named = reference.digest ?? reference.tag ?? 'latest';
  const digest =
    platform === undefined
      ? (await repository.resolve(named, signal)).digest
      : await digestFor(repository, named, platform, signal);
  const found = await repository.listReferrers(digest, { artifactType, signal });
  return {
    digest,
    referrers: found.map((entry) => ({
      digest: entry.digest,
      artifactType: entry.artifactType,
      mediaType: entry.mediaType,
      sizeBytes: entry.size,
      annotations: entry.annotations ?? {},
    })),
  };
}

async function digestFor(
  repository: RepositoryClient,
  named: string,
  platform: string,
  signal: AbortSignal,
): Promise<Digest> {
  const { bytes, descriptor } = await repository.fetchManifest(named, signal);
  const decoded = decodeManifestDocument(bytes, descriptor.mediaType);
  if (decoded.kind === 'manifest') return descriptor.digest;
  const wanted = parsePlatform(platform, hostPlatform());
  const chosen = selectManifest(decoded.index.manifests, wanted);
  if (chosen !== undefined) return chosen.digest;
  throw new GantryError({
    kind: 'not-found',
    code: 'no-matching-platform',
    message: `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries`,
  });
}
