import { readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupFolders } from './cgroup-folders.ts';

/** A container whose first process is being made has an empty one for a moment. */
const momentMs = 600_000;
const ofContainer = /^[0-9a-f]{16,64}$/;

/**
 * Takes away the empty cgroups below `/gantry` of containers that were killed with all that looked after them, of
 * whatever root: the machine's roots share the folder, and where no process is, nothing runs. The kernel refuses where
 * one is.
 */
export function sweepCgroups(nowMs: number): void {
  for (const folder of cgroupFolders('/gantry')) {
    for (const name of namesIn(folder).filter((id) => ofContainer.test(id))) {
      const path = join(folder, name);
      try {
        // Times of these folders may be later than they were made, never earlier.
        if (nowMs - statSync(path).mtimeMs > momentMs) rmdirSync(path);
      } catch {
        // Somebody lives there, or it is gone.
      }
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
