import { compact } from '../../oci/decode-json.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { Platform } from '../../oci/platform.ts';
import type { ManifestListRecord } from './manifest-list-records.ts';

/**
 * The document a list is pushed as: Docker's where all it lists are Docker's manifests, byte for byte what docker would
 * send for them in this order, else an OCI index.
 */
export function manifestListDocument({ manifests }: ManifestListRecord): {
  readonly mediaType: string;
  readonly text: string;
} {
  const isDockers = manifests.every(({ descriptor }) => descriptor.mediaType === mediaTypes.dockerManifest);
  const mediaType = isDockers ? mediaTypes.dockerManifestList : mediaTypes.index;
  const document = {
    schemaVersion: 2,
    mediaType,
    manifests: manifests.map(({ descriptor: { mediaType: type, size, digest, platform } }) => ({
      mediaType: type,
      size,
      digest,
      ...(platform && { platform: listedPlatform(platform) }),
    })),
  };
  return { mediaType, text: JSON.stringify(document, undefined, 3) };
}

/** A platform as it is written in a list. */
export function listedPlatform(platform: Platform): Platform {
  return compact<Platform>({
    architecture: platform.architecture,
    os: platform.os,
    'os.version': platform['os.version'],
    'os.features': platform['os.features'],
    variant: platform.variant,
  });
}
