import { statSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import type { Mount } from '../../engine/containers.ts';
import { makeFolders } from '../host/make-folders.ts';
import type { FolderPart } from '../runtime/runtime.ts';
import type { ResolvedMount } from '../runtime/spec/mounts.ts';
import type { VolumeStore } from '../volumes/volume-store.ts';

/** Mounts of a record as the runtime takes them: volumes are binds of their folders or of parts of these, missing bind sources are made. */
export function resolveMounts(
  mounts: readonly Mount[],
  volumes: Pick<VolumeStore, 'dataDir'> | undefined,
  parts: ReadonlyMap<string, FolderPart>,
): readonly ResolvedMount[] {
  return mounts.map((mount) => resolved(mount, volumes, parts));
}

function resolved(
  mount: Mount,
  volumes: Pick<VolumeStore, 'dataDir'> | undefined,
  parts: ReadonlyMap<string, FolderPart>,
): ResolvedMount {
  switch (mount.type) {
    case 'tmpfs':
      return { kind: 'tmpfs', target: mount.target, options: mount.options };
    case 'volume': {
      if (volumes === undefined || mount.name === undefined) throw new Error('a volume without a store');
      return {
        kind: 'bind',
        source: parts.get(mount.target)?.at ?? volumes.dataDir(mount.name),
        target: mount.target,
        readOnly: mount.readOnly,
      };
    }
    case 'bind': {
      const { source, target, readOnly, propagation, nonRecursive } = mount;
      ensureSource(mount);
      return { kind: 'bind', source, target, readOnly, propagation, nonRecursive };
    }
  }
}

/** `-v` makes what is missing, a folder; `--mount` refuses it. */
export function ensureSource(mount: Extract<Mount, { type: 'bind' }>): void {
  if (statSync(mount.source, { throwIfNoEntry: false }) !== undefined) return;
  if (mount.createSource) {
    makeFolders(mount.source);
    return;
  }
  throw new GantryError({
    kind: 'invalid',
    code: 'bind-source-missing',
    message: `invalid mount config for type "bind": bind source path does not exist: ${mount.source}`,
    hint: 'Make it, or use -v, which makes a folder.',
  });
}
