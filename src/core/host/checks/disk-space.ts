import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FreeSpace, freeSpace } from '../free-space.ts';
import { type Finding, ok } from './finding.ts';

/** Room on the file system the engine's root lies, or will lie, on. */
export function diskSpace(root: string, space: FreeSpace = freeSpace(existingParent(root))): Finding {
  const found = `${gib(space.freeBytes)} of ${gib(space.totalBytes)} free for ${root}`;
  const mend = 'free some space (gantry image prune -a), or give --root a folder on a larger disk';
  if (space.freeBytes < 256 * mebibyte) {
    return { status: 'missing', found, meaning: 'pulls and builds will fail for want of room', mend };
  }
  // Some file systems make inodes as they go and say 0.
  if (space.freeInodes > 0 && space.freeInodes < 10_000) {
    const scarce = `${found}, but only ${space.freeInodes} more files fit`;
    return { status: 'degraded', found: scarce, meaning: 'a pull may fail for want of inodes', mend };
  }
  if (space.freeBytes < 2048 * mebibyte) {
    return { status: 'degraded', found, meaning: 'a large image may not fit', mend };
  }
  return ok(found);
}

/** The folder itself, or the nearest above it that is there. */
export function existingParent(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

const mebibyte = 1024 ** 2;
const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
