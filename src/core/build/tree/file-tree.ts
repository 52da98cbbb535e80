import type { Stats } from 'node:fs';

/** What is known of an entry without opening it. */
export type EntryStats = Pick<
  Stats,
  | ('mode' | 'uid' | 'gid' | 'size' | 'ino' | 'dev' | 'nlink' | 'rdev' | 'mtimeMs' | 'ctimeMs')
  | ('isFile' | 'isDirectory' | 'isSymbolicLink' | 'isSocket' | 'isFIFO' | 'isCharacterDevice')
>;

/** A file, folder or link of a tree, never what a link points to. Names and paths are as `pathText` makes them. */
export interface TreeEntry {
  /** Below the tree's root, without leading slash; the root is empty. */
  readonly path: string;
  readonly name: string;
  /** Where it lies on the host. Its parents were real folders when it was listed, it may itself be a symbolic link. */
  readonly hostPath: string;
  readonly stats: EntryStats;
  /** Others may put links in the place of its parents at any time: see `openEntry`. */
  readonly isExposed?: boolean;
}

/** Files to copy from, whatever they are kept in: a build context, the layers of a stage. */
export interface FileTree {
  /** For messages: `build context`, `stage build`. */
  readonly description: string;
  /** What Docker puts before "stat x: file does not exist" for this kind of tree. */
  readonly missingPrefix: string;
  /** `path` is clean and its parents are folders, not links: see `resolveInTree`. */
  lookup(path: string): TreeEntry | undefined;
  /** In order of their names. Empty when it is no folder. */
  list(path: string): readonly TreeEntry[];
  /** Extended attributes worth keeping, by name. */
  attributes(entry: TreeEntry): ReadonlyMap<string, Uint8Array>;
  /** Why something is not there though it may lie on the disk; for hints. */
  whyMissing(path: string): string | undefined;
}
