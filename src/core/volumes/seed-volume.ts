import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { copyTree } from '../host/copy-tree.ts';
import { bindMount } from '../host/mount.ts';
import { openInRoot } from '../host/open-in-root.ts';
import { mountOverlay } from '../host/overlay-mount.ts';
import { requireOwnFolder } from '../host/own-folder.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { removeTree } from '../host/remove-tree.ts';
import { isErrno } from '../host/system-error.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';

/**
 * Fills an empty volume with what the image has at `target` ("copy-up"). The place is found as if the image's root
 * were ours: no symbolic link of the image leads out of it (CVE-2022-23648). The copy is made beside the volume and
 * moved in name by name, so that nobody who has the volume already can redirect it by links of his own, and a copy
 * that was broken off is taken up again.
 *
 * @param volumeDir the volume's folder, with `_data` in it
 */
export async function seedVolume(volumeDir: string, rootfs: MountPlan, target: string): Promise<void> {
  const data = join(volumeDir, '_data');
  const seed = join(volumeDir, '_seed');
  if (!requireOwnFolder(seed)) {
    if (readdirSync(data).some((name) => name !== 'lost+found')) return;
    const source = openFolderInside(rootfs, target, join(volumeDir, '_root'));
    if (source === undefined) return;
    const partial = join(volumeDir, '_seed.part');
    try {
      await removeTree(partial);
      mkdirSync(partial, { mode: 0o755 });
      await copyTree(`/proc/${process.pid}/fd/${source}`, partial);
      renameSync(partial, seed);
    } finally {
      closeSync(source);
      rmSync(partial, { recursive: true, force: true });
    }
  }
  for (const name of readdirSync(seed)) renameSync(join(seed, name), join(data, name));
  const { uid, gid, mode } = lstatSync(seed);
  chownSync(data, uid, gid);
  chmodSync(data, mode & 0o7777);
  rmdirSync(seed);
}

/**
 * A descriptor of a folder inside the mounted root; undefined when there is none. The mount itself is seen by nobody
 * and goes when the descriptor is closed.
 */
function openFolderInside(rootfs: MountPlan, target: string, mountPoint: string): number | undefined {
  mkdirSync(mountPoint, { recursive: true, mode: 0o700 });
  try {
    return withPrivateMounts(() => {
      mountReadOnly(rootfs, mountPoint);
      const root = openSync(mountPoint, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        return openInRoot(root, target, constants.O_RDONLY | constants.O_DIRECTORY);
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
        throw error;
      } finally {
        closeSync(root);
      }
    });
  } finally {
    rmdirSync(mountPoint);
  }
}

function mountReadOnly(plan: MountPlan, target: string): void {
  if (plan.folder !== undefined) bindMount(plan.folder, target, { readOnly: true });
  else if (plan.lower.length === 1) bindMount(plan.lower[0] as string, target, { readOnly: true });
  else if (plan.lower.length > 1) mountOverlay({ lower: plan.lower, target, readOnly: true });
}
