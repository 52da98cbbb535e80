import { GantryError } from '../../base/gantry-error.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';
import { selectManifest } from '../../oci/platform-match.ts';
import { formatPlatform } from '../../oci/platform-parse.ts';
import type { FetchedManifest, RepositoryClient } from '../registry/registry-client.ts';

/** What a tag or digest stands for on one platform. */
export interface ChosenManifest {
  readonly manifest: FetchedManifest;
  readonly document: Manifest;
  /** What the tag itself names: the index, or the manifest. This is what a pull prints and `name@digest` keeps. */
  readonly rootDigest: Digest;
}

/** Indexes inside indexes are allowed, but nobody nests them deeper. */
export const deepestIndex = 3;

/**
 * Fetches what a tag or digest names and, from an index, the manifest for the platform; attestations are never taken.
 * Rejects `not-found` / `no-matching-platform`.
 */
export async function chooseManifest(
  repository: RepositoryClient,
  tagOrDigest: string,
  platform: Platform,
  signal: AbortSignal,
): Promise<ChosenManifest> {
  let manifest = await repository.fetchManifest(tagOrDigest, signal);
  const rootDigest = manifest.descriptor.digest;
  for (let depth = 0; depth <= deepestIndex; depth += 1) {
    const decoded = decodeManifestDocument(manifest.bytes, manifest.descriptor.mediaType);
    if (decoded.kind === 'manifest') return { manifest, document: decoded.manifest, rootDigest };
    const chosen = selectManifest(decoded.index.manifests, platform);
    if (chosen === undefined) throw noPlatform(platform);
    manifest = await repository.fetchManifest(chosen.digest, signal);
  }
  throw nestedTooDeep();
}

export function nestedTooDeep(): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'nested-index',
    message: `indexes lie inside each other more than ${deepestIndex} deep`,
  });
}

function noPlatform(platform: Platform): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-matching-platform',
    message: `no matching manifest for ${formatPlatform(platform)} in the manifest list entries`,
    hint: 'Name another platform with --platform; not every image is made for every machine.',
  });
}
