import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../system-error.ts';
import { cgroupFolders } from './cgroup-folders.ts';

/** Removes a cgroup and those below it from every hierarchy. False while a process is in one. Gone already: true. */
export function removeCgroup(path: string): boolean {
  return cgroupFolders(path)
    .map((folder) => removeTree(folder))
    .every((removed) => removed);
}

function removeTree(folder: string): boolean {
  if (removeFolder(folder)) return true;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(folder, entry.name));
    }
  } catch {
    // Gone in the meantime, which the next line tells.
  }
  return removeFolder(folder);
}

function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    if (isErrno(error, 'EBUSY', 'ENOTEMPTY')) return false;
    throw error;
  }
}
