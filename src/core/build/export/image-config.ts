import type { ImageConfig } from '../../../oci/image-config.ts';
import type { StageState } from '../solver/stage-state.ts';

/**
 * The config of a solved stage (image-spec config.md). The same state gives the same document, byte for byte: maps
 * are in order of their keys, as Go writes them. `labels` come on top of the stage's own.
 */
export function imageConfig(state: StageState, labels: Readonly<Record<string, string>>): ImageConfig {
  const { platform, layers, history, createdAt, author } = state;
  const { Labels, ExposedPorts, Volumes, Cmd, Entrypoint, ...others } = state.config;
  // Nothing to run is nothing said, as Go leaves it out.
  const rest = { ...others, ...(Cmd?.length && { Cmd }), ...(Entrypoint?.length && { Entrypoint }) };
  const allLabels = { ...Labels, ...labels };
  return {
    ...(createdAt === undefined ? {} : { created: createdAt }),
    ...(author === undefined ? {} : { author }),
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    os: platform.os,
    config: {
      ...sorted(rest),
      ...(ExposedPorts === undefined ? {} : { ExposedPorts: sorted(ExposedPorts) }),
      ...(Volumes === undefined ? {} : { Volumes: sorted(Volumes) }),
      ...(Object.keys(allLabels).length === 0 ? {} : { Labels: sorted(allLabels) }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history,
  };
}

function sorted<T extends object>(map: T): T {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}
