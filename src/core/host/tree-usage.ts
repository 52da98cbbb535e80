import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

/** What a tree of files takes. */
export interface TreeUsage {
  /** Of regular files, as `ls -l` shows it; each hard link once. */
  readonly sizeBytes: number;
  /** Files, folders and all else, the root folder not counted. */
  readonly inodes: number;
}

/** Adds up a folder. Lets other work in between now and then. */
export async function treeUsage(root: string): Promise<TreeUsage> {
  const linked = new Set<number>();
  const folders = [root];
  let sizeBytes = 0;
  let inodes = 0;
  let seen = 0;
  for (let dir = folders.pop(); dir !== undefined; dir = folders.pop()) {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (++seen % batch === 0) await turn();
      if (entry.isDirectory()) {
        folders.push(join(dir, entry.name));
        inodes++;
        continue;
      }
      const stat = lstatSync(join(dir, entry.name), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (stat.nlink > 1) {
        if (linked.has(stat.ino)) continue;
        linked.add(stat.ino);
      }
      inodes++;
      if (stat.isFile()) sizeBytes += stat.size;
    }
  }
  return { sizeBytes, inodes };
}

const batch = 1000;
