import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountOverlay } from '../host/overlay-mount.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';

/**
 * Whether overlayfs works here, for us, on the file system of `dir`: mounts one out of sight and looks whether a name
 * can be read through it, written into it, and deleted so that the deletion is a whiteout a layer's tar can carry.
 * About 2 ms.
 */
export function overlayWorks(dir: string): boolean {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const probe = mkdtempSync(join(dir, 'probe-'));
  const at = (name: string) => join(probe, name);
  try {
    for (const name of ['lower', 'upper', 'work', 'view']) mkdirSync(at(name));
    writeFileSync(at('lower/file'), '');
    withPrivateMounts(() => {
      mountOverlay({ lower: [at('lower')], upper: at('upper'), work: at('work'), target: at('view') });
      writeFileSync(at('view/new'), '');
      unlinkSync(at('view/file'));
    });
    const whiteout = lstatSync(at('upper/file'));
    return whiteout.isCharacterDevice() && whiteout.rdev === 0 && existsSync(at('upper/new'));
  } catch {
    // Whatever it is (no privilege, no module, a file system without the attributes): copying works everywhere.
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
