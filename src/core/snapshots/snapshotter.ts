import type { SnapshotLabel } from './snapshot-label.ts';

/**
 * How to see a snapshot as one folder. `lower` is top first. An overlay without `upper` is read-only; a single
 * `lower` without `upper` is that very folder.
 */
export interface MountPlan {
  readonly kind: 'overlay' | 'folder';
  readonly lower: readonly string[];
  readonly upper: string | undefined;
  readonly work: string | undefined;
  /** The folder itself, for `folder` (copying snapshotter, or a layer without parents). */
  readonly folder: string | undefined;
}

export interface SnapshotUsage {
  /** Of regular files. */
  readonly sizeBytes: number;
  readonly inodes: number;
}

export interface SnapshotInfo {
  readonly key: string;
  readonly parent: string | undefined;
  readonly kind: 'active' | 'committed';
  readonly sizeBytes: number | undefined;
  /** Unpacked from a tar: its own need not be the one that comes of packing it. False of those nobody noted it of. */
  readonly isUnpacked: boolean;
}

export interface SnapshotStrays {
  /** Folders no record knows, and what they say of themselves. */
  readonly folders: readonly { readonly path: string; readonly label: SnapshotLabel | undefined }[];
  /** Keys of snapshots that were not flushed when the machine went down. */
  readonly lost: readonly string[];
}

/**
 * Layers of file system, as containerd's snapshotters: `prepare` a writable one over a committed parent, fill it,
 * `commit` it under its name (the chain ID), stack others upon it. Committed ones never change.
 */
export interface Snapshotter {
  readonly name: 'overlay' | 'copy';
  /** Rejects `not-found` when the parent is not there, `conflict` when the key is taken. */
  prepare(key: string, parent: string | undefined): Promise<MountPlan>;
  /** The same view again, also of a committed one (then read-only). */
  mountPlan(key: string): MountPlan;
  /** Folder the layer's own files lie in: what a layer is applied to, and what a diff reads (overlay form). */
  layerDir(key: string): string;
  /**
   * Renames, no copy. If `name` exists already the active one is dropped: same name, same content; with `replace` it
   * takes the place of the one that is there (and damaged), unless that, called in the transaction that does it, throws.
   * Whoever has just unpacked it from a tar, or read all of it for one, knows its usage, which spares counting it later.
   */
  commit(
    key: string,
    name: string,
    known?: SnapshotUsage,
    options?: { readonly replace?: () => void },
  ): Promise<void>;
  /**
   * Gives a committed one, whose files are damaged, a name that nobody uses: `key` is not here any more, and can be
   * committed anew under what stands upon it. A garbage collection removes the old. `requireUnused`, called in the
   * transaction that does it, may throw.
   */
  setAside(key: string, requireUnused: () => void): void;
  /** When it was committed, by this machine's clock in milliseconds since 1970: its files were not changed since. */
  committedMs(key: string): number | undefined;
  has(key: string): boolean;
  info(key: string): SnapshotInfo | undefined;
  list(): IterableIterator<SnapshotInfo>;
  /** Of its own files, each hard link once. Counted once and kept for a committed one. */
  usage(key: string): Promise<SnapshotUsage>;
  /** `conflict` while another snapshot stands upon it. Records go first, files later: a crash leaves rubbish, never half a layer. */
  remove(key: string): Promise<void>;
  /**
   * As {@link remove}, of one that nothing is based on, together with `folder`, which belonged to who had the snapshot.
   * Both are out of the way when it returns; their files go a moment later. False when `folder` could not be moved.
   */
  discard(key: string, folder: string): boolean;
  /**
   * Removes those of `keys` (topmost first) that are still there, that nothing stands upon and that `isWanted` does not
   * hold back; all is decided in one transaction. Result: the keys that went.
   */
  removeUnused(keys: readonly string[], isWanted: (key: string) => boolean): Promise<readonly string[]>;
  /**
   * Writes all files to the disk, so that they survive a power cut: once before something durable names the new
   * snapshots (an image's record). What was committed and not flushed when the machine went down counts as not there
   * afterwards. Nothing to do when there is nothing new. Without it a kill loses nothing either.
   */
  flush(): Promise<void>;
  /** So many more bytes were written into layers: from time to time they are sent to the disk ahead of `flush`. */
  wrote(bytes: number): void;
  /** What `cleanUp` would take care of, and what only somebody who knows of its owner can. */
  strays(): SnapshotStrays;
  /** Removes one of their folders, if still no record knows it. */
  removeStray(path: string): Promise<void>;
  /** Takes back the folder of a snapshot whose record was lost, by its label. Whether there was one. */
  adopt(key: string): boolean;
  /**
   * Removes files no record knows and records without files; folders that say they were being written, and hold
   * something, are left: they may be a container's. Called lazily, safe beside other processes.
   */
  cleanUp(): Promise<void>;
}
