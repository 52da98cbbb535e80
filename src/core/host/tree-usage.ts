import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { pathInside } from './path-inside.ts';
import { isErrno } from './system-error.ts';

/** What a tree of files takes. */
export interface TreeUsage {
  /** Of regular files, as `ls -l` shows it; each hard link once. */
  readonly sizeBytes: number;
  /** Files, folders and all else, the root folder not counted. */
  readonly inodes: number;
}

/**
 * Adds up a folder. Lets other work in between now and then. What lies deeper than a path can name, which a container
 * may bring about, is not counted. `onFile` is told of all that is no folder.
 */
export async function treeUsage(root: string, onFile?: (stat: Stats) => void): Promise<TreeUsage> {
  const linked = new Set<number>();
  const folders: (string | Buffer)[] = [root];
  let sizeBytes = 0;
  let inodes = 0;
  let seen = 0;
  for (let dir = folders.pop(); dir !== undefined; dir = folders.pop()) {
    for (const entry of entriesOf(dir)) {
      if (++seen % batch === 0) await turn();
      if (entry.isDirectory()) {
        folders.push(pathInside(dir, entry.name));
        inodes++;
        continue;
      }
      const stat = statOf(pathInside(dir, entry.name));
      if (stat === undefined) continue;
      onFile?.(stat);
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

function entriesOf(dir: string | Buffer): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(dir, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (isErrno(error, 'ENAMETOOLONG', 'ENOENT')) return [];
    throw error;
  }
}

function statOf(path: Buffer) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
