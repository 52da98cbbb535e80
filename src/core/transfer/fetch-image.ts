import { GantryError } from '../../base/gantry-error.ts';
import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { isLayerType, mediaTypes } from '../../oci/media-types.ts';
import type { Platform } from '../../oci/platform.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import { type ChosenManifest, chooseManifest } from './choose-manifest.ts';

const configTypes: ReadonlySet<string> = new Set([mediaTypes.config, mediaTypes.dockerConfig]);

/** As {@link chooseManifest}, for images: rejects `invalid` / `not-an-image` for artifacts that are no file systems. */
export async function fetchImage(
  repository: RepositoryClient,
  tagOrDigest: string,
  platform: Platform,
  signal: AbortSignal,
): Promise<ChosenManifest> {
  const chosen = await chooseManifest(repository, tagOrDigest, platform, signal);
  const { artifactType, config, layers } = chosen.document;
  if (artifactType !== undefined || !configTypes.has(config.mediaType)) {
    throw notAnImage(artifactType ?? config.mediaType);
  }
  // Signatures come with the config of an image, and layers that are no file systems.
  const strange = layers.find(({ mediaType }) => !isLayerType(mediaType));
  if (strange !== undefined) throw notAnImage(strange.mediaType);
  if (config.size <= documentLimitBytes) return chosen;
  throw new GantryError({
    kind: 'corrupt',
    code: 'config-too-large',
    message: `the config of the image has ${config.size} bytes where at most ${documentLimitBytes} are read`,
  });
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
  requireLayerCount(manifest.layers.length, config.rootfs.diff_ids.length);
  return config;
}

/** Throws `corrupt` / `layer-count-mismatch` where an image has more or fewer layers than its config says. */
export function requireLayerCount(have: number, named: number): void {
  if (have === named) return;
  throw new GantryError({
    kind: 'corrupt',
    code: 'layer-count-mismatch',
    message: `the image has ${have} layers but its config names ${named}`,
  });
}

function notAnImage(what: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'not-an-image',
    message: `not a container image but ${what.slice(0, 200)}`,
    hint: 'Artifacts such as charts, signatures and models are fetched with a tool of their own (oras, helm, cosign).',
  });
}
