import { GantryError } from '../../base/gantry-error.ts';
import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { decodeManifestDocument } from '../../oci/decode-manifest.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { Platform } from '../../oci/platform.ts';
import { selectManifest } from '../../oci/platform-match.ts';
import { formatPlatform } from '../../oci/platform-parse.ts';
import type { FetchedManifest, RepositoryClient } from '../registry/registry-client.ts';

/** The image a tag or digest stands for on one platform, before its layers. */
export interface FetchedImage {
  readonly manifest: FetchedManifest;
  readonly document: Manifest;
  /** What the tag itself names: the index, or the manifest. This is what a pull prints and `name@digest` keeps. */
  readonly rootDigest: Digest;
}

/** Of the config blob of an image. */
export const configLimitBytes = 8 * 1024 * 1024;

const configTypes: ReadonlySet<string> = new Set([mediaTypes.config, mediaTypes.dockerConfig]);

/**
 * Fetches what a tag or digest names and, from an index, the manifest for the platform. Rejects `not-found` /
 * `no-matching-platform`, and `invalid` / `not-an-image` for artifacts that are no file systems.
 */
export async function fetchImage(
  repository: RepositoryClient,
  tagOrDigest: string,
  platform: Platform,
  signal: AbortSignal,
): Promise<FetchedImage> {
  const root = await repository.fetchManifest(tagOrDigest, signal);
  const decoded = decodeManifestDocument(root.bytes, root.descriptor.mediaType);
  if (decoded.kind === 'manifest') return checked(root, decoded.manifest, root.descriptor.digest);
  const chosen = selectManifest(decoded.index.manifests, platform);
  if (chosen === undefined) throw noPlatform(platform);
  const manifest = await repository.fetchManifest(chosen.digest, signal);
  const inner = decodeManifestDocument(manifest.bytes, manifest.descriptor.mediaType);
  if (inner.kind !== 'manifest') throw notAnImage('an index inside an index');
  return checked(manifest, inner.manifest, root.descriptor.digest);
}

/** Decodes a config and checks that it is for Linux and speaks of as many layers as the manifest. */
export function parseConfig(bytes: Uint8Array, manifest: Manifest): ImageConfig {
  const config = decodeImageConfig(bytes);
  if (config.os !== 'linux') {
    throw new GantryError({
      kind: 'unsupported',
      code: 'foreign-system',
      message: `image operating system "${config.os.slice(0, 60)}" cannot be used on this platform`,
    });
  }
  if (config.rootfs.diff_ids.length === manifest.layers.length) return config;
  throw new GantryError({
    kind: 'corrupt',
    code: 'layer-count-mismatch',
    message: `the image has ${manifest.layers.length} layers but its config names ${config.rootfs.diff_ids.length}`,
  });
}

function checked(manifest: FetchedManifest, document: Manifest, rootDigest: Digest): FetchedImage {
  const { artifactType, config } = document;
  if (artifactType !== undefined || !configTypes.has(config.mediaType)) {
    throw notAnImage(artifactType ?? config.mediaType);
  }
  if (config.size > configLimitBytes) throw notAnImage(`something with a config of ${config.size} bytes`);
  return { manifest, document, rootDigest };
}

function notAnImage(what: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'not-an-image',
    message: `not a container image but ${what.slice(0, 200)}`,
    hint: 'Artifacts such as charts, signatures and models are fetched with a tool of their own (oras, helm, cosign).',
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
