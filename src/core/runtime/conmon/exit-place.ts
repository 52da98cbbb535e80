import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lookAt } from '../../host/look-at.ts';
import { exitFolder } from './exit-files.ts';

/*
 * The monitor has one chance to write the exit status, and on a full disk it could not. So the folder it writes to lies
 * in memory where the machine has a place for that, and the container's own folder has a link to it: with the machine
 * goes what nobody asks for after a boot.
 */

const prefix = 'gantry-exit-';
/** In the folder in memory: a link to the container's. */
const ownerLink = 'container';
/** statfs(2), `linux/magic.h` */
const memoryTypes: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
const sharedPlaces = ['/run', '/dev/shm'];

/** Makes the empty folder for the exit status of the container in `dir`; beside it where there is no memory to have. */
export function makeExitFolder(id: string, dir: string, runDir: string): void {
  removeExitFolder(id, dir);
  const place = [runDir, ...sharedPlaces].filter(isMemory).find((base) => makeOwn(join(base, prefix + id)));
  if (place === undefined) {
    mkdirSync(exitFolder(dir), { recursive: true, mode: 0o700 });
    return;
  }
  symlinkSync(dir, join(place, prefix + id, ownerLink));
  symlinkSync(join(place, prefix + id), exitFolder(dir));
}

/** Takes it away, wherever it is. */
export function removeExitFolder(id: string, dir: string): void {
  removeExitPlace(id, dir);
  rmSync(exitFolder(dir), { recursive: true, force: true });
}

/** What there is of it outside the container's own folder. */
export function removeExitPlace(id: string, dir: string): void {
  const path = exitFolder(dir);
  if (lookAt(path)?.isSymbolicLink() !== true) return;
  const target = readlinkSync(path);
  if (basename(target) === prefix + id) rmSync(target, { recursive: true, force: true });
}

/** Takes away those of containers whose folder somebody removed with the whole root. */
export function sweepExitFolders(runDir: string): void {
  for (const base of [runDir, ...sharedPlaces].filter(isMemory)) {
    for (const name of readdirSync(base)) {
      const path = join(base, name);
      if (name.startsWith(prefix) && isOurs(path) && isOrphan(path))
        rmSync(path, { recursive: true, force: true });
    }
  }
}

function isOrphan(path: string): boolean {
  try {
    return lookAt(readlinkSync(join(path, ownerLink))) === undefined;
  } catch {
    // Just being made, or being removed.
    return false;
  }
}

function isMemory(path: string): boolean {
  try {
    return memoryTypes.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** False where we may not, or somebody else was first: everybody may write to some of these places. */
function makeOwn(path: string): boolean {
  if (isOurs(path)) rmSync(path, { recursive: true, force: true });
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}

function isOurs(path: string): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() && stat.uid === process.getuid?.();
  } catch {
    return false;
  }
}
