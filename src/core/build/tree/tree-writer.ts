import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { GantryError } from '../../../base/gantry-error.ts';
import { type FileTime, fileTime, setFileTimes } from '../../host/file-times.ts';
import { makeNode } from '../../host/make-node.ts';
import type { FileContent } from './file-digest.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { keepAttributes, keptAttributes } from './kept-attributes.ts';
import type { KnownContents } from './known-contents.ts';
import type { LayeredTree } from './layered-tree.ts';
import { openSource, sourceChanged } from './open-source.ts';
import { readChunks } from './read-chunks.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How a copied entry ends up. */
export interface Placement {
  readonly owner: Owner;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modifiedSeconds: number;
}

/** Up to this a file goes through a buffer. */
const smallBytes = 128 * 1024;
const scratch = Buffer.allocUnsafe(smallBytes);
/** Above this the thread pool copies, and the thread stays free. */
const largeBytes = 1 << 20;

/**
 * Writes into the upper folder of a layer, the lower ones seen through `tree`. Paths are resolved: clean, relative to
 * the root, without links in them. Folders of lower layers that something is put into are made in the upper one with
 * all their attributes first, as overlayfs does.
 */
export class TreeWriter {
  readonly #tree: LayeredTree;
  readonly #upper: string;
  /** Folders known to be in the upper folder. */
  readonly #ready = new Set<string>(['']);
  /** Folders whose time is to be set last, because putting things into them changes it. */
  readonly #times = new Map<string, FileTime>();
  readonly #links = new Map<string, string>();
  /** Paths with a whiteout of ours. */
  readonly #hidden = new Set<string>();

  readonly #contents: KnownContents | undefined;

  /** `contents`: what sources held when the step's key was made, for those that were written to since. */
  constructor(tree: LayeredTree, upper: string, contents?: KnownContents) {
    this.#tree = tree;
    this.#upper = upper;
    this.#contents = contents;
  }

  /**
   * Makes a folder and its missing parents, 0755 and of `owner`. Those that exist stay as they are. Returns whether
   * it was missing. Throws `invalid` / `not-a-folder`.
   */
  ensureFolder(path: string, owner: Owner, modifiedSeconds: number): boolean {
    if (this.#ready.has(path)) return false;
    const existing = this.#tree.lookup(path);
    const slash = path.lastIndexOf('/');
    this.ensureFolder(slash < 0 ? '' : path.slice(0, slash), owner, modifiedSeconds);
    const hostPath = this.#hostPath(path);
    if (existing === undefined) {
      mkdirSync(hostPath);
      this.#attributes(hostPath, { owner, mode: 0o755, modifiedSeconds });
      this.#times.set(path, wholeTime(modifiedSeconds));
      this.#tree.forget(path);
    } else if (!existing.stats.isDirectory()) {
      throw new GantryError({
        kind: 'invalid',
        code: 'not-a-folder',
        message: `cannot copy to non-directory: /${path}`,
        details: { path: `/${path}` },
      });
    } else {
      this.#bringUp(path, existing);
    }
    this.#ready.add(path);
    return existing === undefined;
  }

  /** Whether the folder was ensured before. */
  isReady(path: string): boolean {
    return this.#ready.has(path);
  }

  /** Gives a folder the attributes of the one it is a copy of. It must be ensured before. */
  dressFolder(path: string, source: TreeEntry, from: FileTree, placement: Placement): void {
    const hostPath = this.#hostPath(path);
    this.#attributes(hostPath, placement);
    keepAttributes(hostPath, from.attributes(source));
    this.#times.set(path, wholeTime(placement.modifiedSeconds));
  }

  /**
   * Copies one entry that is no folder; sockets are left out. Its parent must be ensured before. Throws `invalid` /
   * `is-a-folder`, `conflict` / `source-changed`.
   */
  async copyEntry(path: string, source: TreeEntry, from: FileTree, placement: Placement): Promise<void> {
    const { stats } = source;
    if (stats.isSocket()) return;
    const hostPath = this.#makeRoom(path);
    if (stats.isSymbolicLink()) {
      symlinkSync(readlinkSync(source.hostPath), hostPath);
      lchownSync(hostPath, placement.owner.uid, placement.owner.gid);
      lutimesSync(hostPath, placement.modifiedSeconds, placement.modifiedSeconds);
      return;
    }
    const identity = `${stats.dev}:${stats.ino}`;
    const twin = stats.nlink > 1 ? this.#links.get(identity) : undefined;
    if (twin !== undefined) {
      linkSync(twin, hostPath);
      return;
    }
    const attributes = from.attributes(source);
    const isSmall = stats.isFile() && stats.size <= smallBytes && attributes.size === 0;
    if (isSmall && copySmall(source, hostPath, placement)) {
      if (stats.nlink > 1) this.#links.set(identity, hostPath);
      return;
    }
    if (stats.isFile()) {
      const copied = !isSmall && (await copyContent(source, hostPath));
      if (!copied) await copyAsKnown(source, hostPath, this.#contents?.get(source));
    } else {
      const type = stats.isFIFO() ? 'fifo' : stats.isCharacterDevice() ? 'char' : 'block';
      makeNode(hostPath, type, placement.mode, type === 'fifo' ? 0n : BigInt(stats.rdev));
    }
    this.#attributes(hostPath, placement, () => keepAttributes(hostPath, attributes));
    lutimesSync(hostPath, placement.modifiedSeconds, placement.modifiedSeconds);
    if (stats.nlink > 1) this.#links.set(identity, hostPath);
  }

  /** What comes now are other sources: what is linked to what came before becomes a file of its own, as in BuildKit. */
  beginSource(): void {
    this.#links.clear();
  }

  /** As {@link ensureFolder}, in the place of whatever else is there. Its parent must be ensured before. */
  replaceByFolder(path: string, owner: Owner, modifiedSeconds: number): void {
    const existing = this.#tree.lookup(path);
    if (existing !== undefined && !existing.stats.isDirectory()) {
      const hostPath = this.#hostPath(path);
      if (existing.hostPath === hostPath) unlinkSync(hostPath);
      mkdirSync(hostPath);
      this.#attributes(hostPath, { owner, mode: 0o755, modifiedSeconds });
      this.#times.set(path, wholeTime(modifiedSeconds));
      this.#tree.forget(path);
      this.#ready.add(path);
    }
    this.ensureFolder(path, owner, modifiedSeconds);
  }

  /**
   * Moves an entry of the same file system here, in the place of whatever is there, folders too. Its parent must be
   * ensured before.
   */
  moveEntry(path: string, source: TreeEntry, placement: Placement): void {
    const hostPath = this.#hostPath(path);
    if (lstatSync(hostPath, { throwIfNoEntry: false })?.isDirectory() === true) {
      rmSync(hostPath, { recursive: true });
      for (const known of [...this.#ready, ...this.#times.keys()]) {
        if (known !== path && !known.startsWith(`${path}/`)) continue;
        this.#ready.delete(known);
        this.#times.delete(known);
        this.#tree.forget(known);
      }
    }
    renameSync(source.hostPath, hostPath);
    const { uid, gid, mode } = source.stats;
    const { owner } = placement;
    if (source.stats.isSymbolicLink()) {
      if (owner.uid !== uid || owner.gid !== gid) lchownSync(hostPath, owner.uid, owner.gid);
    } else if (owner.uid !== uid || owner.gid !== gid || placement.mode !== (mode & 0o7777)) {
      this.#attributes(hostPath, placement);
    }
  }

  /** Takes away what the layers below have there, folders with all in them. Its parent must be ensured before. */
  hide(path: string): void {
    const hostPath = this.#hostPath(path);
    if (this.#tree.lookup(path)?.hostPath === hostPath) {
      rmSync(hostPath, { recursive: true });
    } else {
      makeNode(hostPath, 'char', 0);
      this.#hidden.add(path);
    }
    this.#tree.forget(path);
  }

  /** Where to write a new file oneself; what is there of that name goes. Its parent must be ensured before. */
  newFile(path: string): string {
    return this.#makeRoom(path);
  }

  /** Owner, mode and time of something written oneself. */
  dressFile(path: string, placement: Placement): void {
    const hostPath = this.#hostPath(path);
    this.#attributes(hostPath, placement);
    lutimesSync(hostPath, placement.modifiedSeconds, placement.modifiedSeconds);
  }

  /** Sets the times of folders. Nothing may be written after it. */
  finish(): void {
    for (const [path, modified] of this.#times) setFileTimes(this.#hostPath(path), { modified });
  }

  #hostPath(path: string): string {
    return path === '' ? this.#upper : `${this.#upper}/${path}`;
  }

  /**
   * Makes a folder of a lower layer in the upper one. Its time stays, though overlayfs would set it to now: a layer
   * that says nothing new of a folder had better not differ in it.
   */
  #bringUp(path: string, existing: TreeEntry): void {
    const hostPath = this.#hostPath(path);
    this.#times.set(path, fileTime(lstatSync(existing.hostPath, { bigint: true }).mtimeNs));
    if (existing.hostPath === hostPath) return;
    mkdirSync(hostPath);
    const { uid, gid, mode } = existing.stats;
    lchownSync(hostPath, uid, gid);
    keepAttributes(hostPath, keptAttributes(existing.hostPath));
    chmodSync(hostPath, mode & 0o7777);
    this.#tree.forget(path);
  }

  #makeRoom(path: string): string {
    const existing = this.#tree.lookup(path);
    const hostPath = this.#hostPath(path);
    if (existing?.stats.isDirectory() === true) {
      throw new GantryError({
        kind: 'invalid',
        code: 'is-a-folder',
        message: `cannot replace to directory /${path} with file`,
        details: { path: `/${path}` },
      });
    }
    if (existing?.hostPath === hostPath || this.#hidden.delete(path)) unlinkSync(hostPath);
    return hostPath;
  }

  /** Mode after owner: a change of owner takes setuid away; attributes between them: it takes capabilities too. */
  #attributes(hostPath: string, { owner, mode }: Placement, setAttributes?: () => void): void {
    lchownSync(hostPath, owner.uid, owner.gid);
    setAttributes?.();
    chmodSync(hostPath, mode);
  }
}

/**
 * One open file each, everything set through it: most files of a context are like this. False: the source is not what
 * was listed.
 */
function copySmall(source: TreeEntry, target: string, { owner, mode, modifiedSeconds }: Placement): boolean {
  using opened = openSource(source);
  const fd = openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (let position = 0; position < source.stats.size; ) {
      const count = readSync(opened.fd, scratch, 0, scratch.length, position);
      if (count === 0) break;
      for (let written = 0; written < count; ) written += writeSync(fd, scratch, written, count - written);
      position += count;
    }
    fchownSync(fd, owner.uid, owner.gid);
    fchmodSync(fd, mode);
    futimesSync(fd, modifiedSeconds, modifiedSeconds);
  } finally {
    closeSync(fd);
  }
  return opened.isAsListed();
}

/** False: the source is not what was listed. */
async function copyContent(source: TreeEntry, target: string): Promise<boolean> {
  using opened = openSource(source);
  const path = `/proc/self/fd/${opened.fd}`;
  const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
  if (source.stats.size > largeBytes) await copyFile(path, target, flags);
  else copyFileSync(path, target, flags);
  return opened.isAsListed();
}

/** Copies of a file that is being written to what it is known to have held, if it still does. */
async function copyAsKnown(source: TreeEntry, target: string, known: FileContent | undefined): Promise<void> {
  if (known === undefined) throw sourceChanged(source);
  using opened = openSource(source);
  const state = createHash('sha256');
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const fd = openSync(target, flags, 0o600);
  try {
    for await (const chunk of readChunks(opened.fd, { sizeBytes: known.sizeBytes })) {
      state.update(chunk);
      for (let written = 0; written < chunk.length; ) written += writeSync(fd, chunk, written);
    }
  } finally {
    closeSync(fd);
  }
  if (state.digest('hex') !== known.digest) throw sourceChanged(source);
}

function wholeTime(seconds: number): FileTime {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanoseconds: Math.floor((seconds - whole) * 1e9) };
}
