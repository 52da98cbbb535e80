import type { Descriptor } from '../../../oci/descriptor.ts';
import { mediaTypes } from '../../../oci/media-types.ts';
import { sha256 } from '../../../oci/sha256.ts';
import type { StageState } from '../solver/stage-state.ts';

export interface ImageDocuments {
  readonly config: Uint8Array;
  readonly manifest: Uint8Array;
  readonly manifestDescriptor: Descriptor;
}

/**
 * The config and manifest of a solved stage (image-spec config.md, manifest.md). The same state gives the same bytes:
 * maps are in order of their keys as Go writes them.
 */
export function imageDocuments(state: StageState, labels: Readonly<Record<string, string>>): ImageDocuments {
  const { platform, layers, history, createdAt, author } = state;
  const { Env, Labels, ExposedPorts, Volumes, ...rest } = state.config;
  const allLabels = { ...Labels, ...labels };
  const config = encode({
    ...(createdAt === undefined ? {} : { created: createdAt }),
    ...(author === undefined ? {} : { author }),
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    os: platform.os,
    config: {
      ...sorted(rest),
      ...(ExposedPorts === undefined ? {} : { ExposedPorts: sorted(ExposedPorts) }),
      Env: Env ?? [defaultPath],
      ...(Volumes === undefined ? {} : { Volumes: sorted(Volumes) }),
      ...(Object.keys(allLabels).length === 0 ? {} : { Labels: sorted(allLabels) }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history,
  });
  const manifest = encode({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: sha256(config), size: config.length },
    layers: layers.map(({ descriptor: { mediaType, digest, size } }) => ({ mediaType, digest, size })),
  });
  return {
    config,
    manifest,
    manifestDescriptor: { mediaType: mediaTypes.manifest, digest: sha256(manifest), size: manifest.length },
  };
}

/** Docker gives every image a PATH. */
const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function encode(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}

function sorted<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
