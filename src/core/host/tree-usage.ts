import { type BigIntStats, type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
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
  const counter = new UsageCounter();
  const folders: (string | Buffer)[] = [root];
  let seen = 0;
  for (let dir = folders.pop(); dir !== undefined; dir = folders.pop()) {
    for (const entry of entriesOf(dir)) {
      if (++seen % batch === 0) await turn();
      if (entry.isDirectory()) {
        folders.push(pathInside(dir, entry.name));
        counter.addFolder();
        continue;
      }
      const stat = statOf(pathInside(dir, entry.name));
      if (stat === undefined) continue;
      onFile?.(stat);
      counter.add(stat);
    }
  }
  return counter.usage;
}

/** Adds up a folder, for who goes through it anyway; of one file system. */
export class UsageCounter {
  readonly #linked = new Set<number>();
  #sizeBytes = 0;
  #inodes = 0;

  /** Of anything in it. */
  add(stat: Stats | BigIntStats): void {
    if (stat.isDirectory()) {
      this.addFolder();
      return;
    }
    if (stat.nlink > 1) {
      const inode = Number(stat.ino);
      if (this.#linked.has(inode)) return;
      this.#linked.add(inode);
    }
    this.#inodes += 1;
    if (stat.isFile()) this.#sizeBytes += Number(stat.size);
  }

  addFolder(): void {
    this.#inodes += 1;
  }

  get usage(): TreeUsage {
    return { sizeBytes: this.#sizeBytes, inodes: this.#inodes };
  }
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
