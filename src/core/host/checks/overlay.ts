import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { makeNode } from '../make-node.ts';
import { mountOverlay } from '../overlay-mount.ts';
import { withPrivateMounts } from '../private-mounts.ts';
import { existingParent } from './disk-space.ts';
import { type Finding, ok } from './finding.ts';

/**
 * Mounts a real overlay on the engine's own file system, in a mount namespace of its own: some file systems cannot
 * carry one (overlay itself, some network file systems), which no list of types tells.
 */
export function overlay(root: string): Finding {
  let trial: string | undefined;
  try {
    trial = mkdtempSync(join(existingParent(root), '.gantry-overlay-'));
    tryOverlay(trial);
    return ok(`mounted on the file system of ${root}`);
  } catch (error) {
    return {
      status: 'missing',
      found: GantryError.from(error).message,
      meaning:
        'images are copied for each container instead of shared: slow, and takes their size in disk space',
      mend:
        process.getuid?.() === 0
          ? 'load it (modprobe overlay), or give --root a folder on ext4, xfs or btrfs'
          : 'run gantry as root: sudo gantry',
    };
  } finally {
    if (trial !== undefined) rmSync(trial, { recursive: true, force: true });
  }
}

/** Two layers, and in the upper one a whiteout that hides a file of the lower. */
function tryOverlay(folder: string): void {
  const inside = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  const [lower, upper, work, target] = [inside('lower'), inside('upper'), inside('work'), inside('target')];
  writeFileSync(join(lower, 'hidden'), '');
  writeFileSync(join(lower, 'shown'), '');
  makeNode(join(upper, 'hidden'), 'char', 0);
  withPrivateMounts(() => {
    mountOverlay({ lower: [lower], upper, work, target });
    const names = readdirSync(target);
    if (names.join() !== 'shown') {
      throw new GantryError({
        kind: 'unavailable',
        code: 'overlay-whiteouts',
        message: `an overlay here shows ${names.join(', ')} where it should show one file`,
      });
    }
  });
}
