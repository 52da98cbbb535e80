import { closeSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { Mount } from '../../engine/containers.ts';
import { cloneInside } from '../host/clone-mount.ts';
import type { FolderPart } from '../runtime/runtime.ts';
import type { VolumeStore } from '../volumes/volume-store.ts';

/**
 * For mounts of a part of a volume (`volume-subpath`): where in the container's folder each is to be seen, by the target
 * of its mount. Makes those places. Throws `start` / `volume-subpath` when the part is not there.
 */
export function volumeParts(
  mounts: readonly Mount[],
  volumes: Pick<VolumeStore, 'dataDir'> | undefined,
  dir: string,
): ReadonlyMap<string, FolderPart> {
  const parts = new Map<string, FolderPart>();
  for (const [index, mount] of mounts.entries()) {
    if (mount.type !== 'volume' || mount.subpath === undefined || mount.name === undefined) continue;
    const folder = volumes?.dataDir(mount.name) ?? '';
    const at = join(dir, `part-${index}`);
    rmSync(at, { recursive: true, force: true });
    if (isFolder(folder, mount.name, mount.subpath)) mkdirSync(at);
    else writeFileSync(at, '');
    parts.set(mount.target, { folder, path: mount.subpath, at });
  }
  return parts;
}

function isFolder(folder: string, volume: string, subpath: string): boolean {
  try {
    const { fd, isFolder: is } = cloneInside(folder, subpath);
    closeSync(fd);
    return is;
  } catch (cause) {
    throw new GantryError({
      kind: 'start',
      code: 'volume-subpath',
      message: `cannot access path ${subpath} of volume ${volume}: ${(cause as Error).message}`,
      hint: 'A part of a volume must be there before it is mounted.',
      details: { exitCode: 125, stateExitCode: 128 },
      cause,
    });
  }
}
