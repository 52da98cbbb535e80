import { constants, type Stats } from 'node:fs';
import type { EntryStats } from './file-tree.ts';

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK, S_IFSOCK, S_IFIFO, S_IFCHR } = constants;

/** What a build needs of a `Stats`, in a third of its memory: a context may have a hundred thousand of them. */
export class KeptStats implements EntryStats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly ino: number;
  readonly dev: number;
  readonly nlink: number;
  readonly rdev: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;

  constructor(stats: Stats) {
    this.mode = compact(stats.mode);
    this.uid = compact(stats.uid);
    this.gid = compact(stats.gid);
    this.size = compact(stats.size);
    this.ino = compact(stats.ino);
    this.dev = compact(stats.dev);
    this.nlink = compact(stats.nlink);
    this.rdev = compact(stats.rdev);
    this.mtimeMs = stats.mtimeMs;
    this.ctimeMs = stats.ctimeMs;
  }

  isFile(): boolean {
    return (this.mode & S_IFMT) === S_IFREG;
  }

  isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }

  isSymbolicLink(): boolean {
    return (this.mode & S_IFMT) === S_IFLNK;
  }

  isSocket(): boolean {
    return (this.mode & S_IFMT) === S_IFSOCK;
  }

  isFIFO(): boolean {
    return (this.mode & S_IFMT) === S_IFIFO;
  }

  isCharacterDevice(): boolean {
    return (this.mode & S_IFMT) === S_IFCHR;
  }
}

/** The same number, kept without a box of its own where it is a small one: those of a `Stats` all have one. */
function compact(value: number): number {
  const small = value | 0;
  return small === value ? small : value;
}
