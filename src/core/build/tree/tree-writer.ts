import { chmodSync, linkSync, lstatSync, mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { type FileTime, fileTime, setFileTimes } from '../../host/file-times.ts';
import { giveOwner } from '../../host/give-owner.ts';
import { makeNode } from '../../host/make-node.ts';
import { pathBytes } from '../../host/path-text.ts';
import { setXattr } from '../../host/xattrs.ts';
import { opaqueXattr } from '../../layers/whiteout.ts';
import { copyAsKnown, copyContent, copySmall, smallBytes } from './copy-content.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { keepAttributes, keptAttributes } from './kept-attributes.ts';
import type { KnownContents } from './known-contents.ts';
import type { LayeredTree } from './layered-tree.ts';
import { entryLink } from './open-entry.ts';
import { lookAgain, openSource, sourceGone } from './open-source.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How a copied entry ends up; its time is that of what it is a copy of. */
export interface Placement {
  readonly owner: Owner;
  /** Permission bits. */
  readonly mode: number;
}

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
  /** Folders that were missing before the source that is being copied. */
  readonly #fresh = new Set<string>();
  /** Folders whose time is to be set last, because putting things into them changes it. */
  readonly #times = new Map<string, FileTime>();
  readonly #links = new Map<string, string>();
  /** Paths with a whiteout of ours. */
  readonly #hidden = new Set<string>();

  readonly #contents: KnownContents | undefined;
  readonly #replaces: boolean;

  /**
   * `contents`: what sources were when the step's key was made, for those that have changed since. `replaces`: folders
   * go where something else is to be, and what is no folder, a link to one too, where a folder is to be.
   */
  constructor(tree: LayeredTree, upper: string, contents?: KnownContents, { replaces = false } = {}) {
    this.#tree = tree;
    this.#upper = upper;
    this.#contents = contents;
    this.#replaces = replaces;
  }

  /**
   * Makes a folder and its missing parents, 0755 and of `owner`. Those that exist stay as they are. Returns whether
   * it was missing. Throws `invalid` / `not-a-folder`.
   */
  ensureFolder(path: string, owner: Owner, modified: FileTime): boolean {
    if (this.#ready.has(path)) return false;
    const existing = this.#tree.lookup(path);
    const slash = path.lastIndexOf('/');
    this.ensureFolder(slash < 0 ? '' : path.slice(0, slash), owner, modified);
    if (existing === undefined) {
      this.#makeFolder(path, owner, modified, false);
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

  /**
   * Copies a folder without what is in it; `replace`: in the place of whatever else is there. Its parent must be ensured
   * before. Throws `invalid` / `not-a-folder`, `conflict` / `source-changed`.
   */
  copyFolder(
    path: string,
    source: TreeEntry,
    from: FileTree,
    placement: Placement,
    { replace = this.#replaces } = {},
  ): void {
    const attributes = this.#attributesOf(source, from);
    const modified = this.#modifiedOf(source, from);
    if (replace) this.replaceByFolder(path, placement.owner, modified);
    else this.ensureFolder(path, placement.owner, modified);
    const hostPath = this.hostPath(path);
    this.#dress(hostPath, placement);
    keepAttributes(hostPath, attributes);
    this.#times.set(path, modified);
  }

  /**
   * Copies one entry that is no folder; sockets are left out. Its parent must be ensured before. Throws `invalid` /
   * `is-a-folder`, `conflict` / `source-changed`.
   */
  async copyEntry(path: string, source: TreeEntry, from: FileTree, placement: Placement): Promise<void> {
    const { stats } = source;
    if (stats.isSocket()) return;
    const attributes = this.#attributesOf(source, from);
    if (stats.isSymbolicLink()) {
      const target = this.#contents?.link(source) ?? entryLink(source);
      const modified = this.#modifiedOf(source, from);
      const hostPath = this.#placeFor(path);
      const where = pathBytes(hostPath);
      symlinkSync(pathBytes(target), where);
      giveOwner(where, placement.owner.uid, placement.owner.gid);
      keepAttributes(hostPath, attributes);
      setFileTimes(where, { accessed: modified, modified });
      return;
    }
    const identity = `${stats.dev}:${stats.ino}`;
    const twin = stats.nlink > 1 ? this.#links.get(identity) : undefined;
    if (twin !== undefined) {
      linkSync(pathBytes(twin), pathBytes(this.#placeFor(path)));
      return;
    }
    const hostPath = stats.isFile()
      ? await this.#copyFile(path, source, from, placement, attributes)
      : this.#copyNode(path, source, from, placement, attributes);
    if (stats.nlink > 1) this.#links.set(identity, hostPath);
  }

  /** Whether nothing but content, owner, mode and time is to be copied, and nothing can be in the way. */
  isSimple(path: string, source: TreeEntry, from: FileTree): boolean {
    const { stats } = source;
    if (!stats.isFile() || stats.size > smallBytes || stats.nlink > 1 || !this.#isInFresh(path)) return false;
    return this.#contents?.hasSeen(from) === true && this.#contents.attributes(source, from).size === 0;
  }

  async #copyFile(
    path: string,
    source: TreeEntry,
    from: FileTree,
    placement: Placement,
    attributes: ReadonlyMap<string, Uint8Array>,
  ): Promise<string> {
    const { size } = source.stats;
    const { owner, mode } = placement;
    const isSmall = size <= smallBytes && attributes.size === 0;
    // Before anything is made: it may be gone.
    using opened = openSource(source);
    const hostPath = this.#placeFor(path);
    if (isSmall && copySmall(opened, hostPath, { sizeBytes: size, ...owner, mode }).isAsListed)
      return hostPath;
    let look = isSmall ? undefined : await copyContent(opened, hostPath, size);
    if (look?.isAsListed !== true) {
      this.#noteUnseen(from);
      look = await copyAsKnown(source, hostPath, this.#contents?.get(source));
    }
    this.#dress(hostPath, placement, () => keepAttributes(hostPath, attributes));
    setFileTimes(pathBytes(hostPath), { accessed: look.modified, modified: look.modified });
    return hostPath;
  }

  #copyNode(
    path: string,
    source: TreeEntry,
    from: FileTree,
    placement: Placement,
    attributes: ReadonlyMap<string, Uint8Array>,
  ): string {
    const { stats } = source;
    const modified = this.#modifiedOf(source, from);
    const hostPath = this.#placeFor(path);
    const type = stats.isFIFO() ? 'fifo' : stats.isCharacterDevice() ? 'char' : 'block';
    makeNode(pathBytes(hostPath), type, placement.mode, type === 'fifo' ? 0n : BigInt(stats.rdev));
    this.#dress(hostPath, placement, () => keepAttributes(hostPath, attributes));
    setFileTimes(pathBytes(hostPath), { accessed: modified, modified });
    return hostPath;
  }

  #attributesOf(source: TreeEntry, from: FileTree): ReadonlyMap<string, Uint8Array> {
    return this.#contents?.attributes(source, from) ?? from.attributes(source);
  }

  /** To the nanosecond; of what has gone since its links and attributes were seen, what it was. */
  #modifiedOf(source: TreeEntry, from: FileTree): FileTime {
    const look = lookAgain(source);
    if (look?.isAsListed === true) return look.modified;
    if (look === undefined && this.#contents?.hasSeen(from) !== true) throw sourceGone(source);
    this.#noteUnseen(from);
    return look?.modified ?? fileTime(BigInt(Math.round(source.stats.mtimeMs * 1e6)));
  }

  /** Something has changed of whose links and attributes nothing is known but what they are now. */
  #noteUnseen(from: FileTree): void {
    if (this.#contents?.hasSeen(from) === false) this.#contents.noteDrift();
  }

  /** What comes now are other sources: what is linked to what came before becomes a file of its own, as in BuildKit. */
  beginSource(): void {
    this.#links.clear();
    this.#fresh.clear();
  }

  /** As {@link ensureFolder}, in the place of whatever else is there. Its parent must be ensured before. */
  replaceByFolder(path: string, owner: Owner, modified: FileTime): void {
    const existing = this.#tree.lookup(path);
    if (existing !== undefined && !existing.stats.isDirectory()) {
      const hostPath = this.hostPath(path);
      if (existing.hostPath === hostPath) unlinkSync(pathBytes(hostPath));
      this.#makeFolder(path, owner, modified, true);
      this.#ready.add(path);
    }
    this.ensureFolder(path, owner, modified);
  }

  /**
   * Where to make something oneself that is no folder; whatever is there of that name goes, folders too. Its parent must
   * be ensured before.
   */
  replacement(path: string): string {
    const existing = this.#tree.lookup(path);
    const hostPath = this.hostPath(path);
    if (existing?.stats.isDirectory() === true) {
      rmSync(pathBytes(hostPath), { recursive: true, force: true });
      for (const known of [...this.#ready, ...this.#times.keys()]) {
        if (known !== path && !known.startsWith(`${path}/`)) continue;
        this.#ready.delete(known);
        this.#times.delete(known);
      }
      this.#tree.forgetBelow(path);
    } else if (existing?.hostPath === hostPath || this.#hidden.delete(path)) {
      unlinkSync(pathBytes(hostPath));
    }
    return hostPath;
  }

  /** A file, or a link, in the upper folder: as it is there, or copied from below. Its parent must be ensured before. */
  async bringUpFile(path: string, existing: TreeEntry): Promise<string> {
    const hostPath = this.hostPath(path);
    if (existing.hostPath === hostPath) return hostPath;
    const { uid, gid, mode } = existing.stats;
    await this.copyEntry(path, existing, this.#tree, { owner: { uid, gid }, mode: mode & 0o7777 });
    return hostPath;
  }

  /** Attributes and time of a folder made oneself. */
  dressFolder(
    path: string,
    placement: Placement,
    attributes: ReadonlyMap<string, Uint8Array>,
    modified: FileTime,
  ): void {
    const hostPath = this.hostPath(path);
    this.#dress(hostPath, placement, () => keepAttributes(hostPath, attributes));
    this.#times.set(path, modified);
  }

  /** Owner of a symbolic link made oneself. */
  dressLink(path: string, { uid, gid }: Owner): void {
    giveOwner(pathBytes(this.hostPath(path)), uid, gid);
  }

  /** Attributes of something made oneself. */
  keep(path: string, attributes: ReadonlyMap<string, Uint8Array>): void {
    keepAttributes(this.hostPath(path), attributes);
  }

  /** Takes away what the layers below have there, folders with all in them. Its parent must be ensured before. */
  hide(path: string): void {
    const hostPath = this.hostPath(path);
    if (this.#tree.lookup(path)?.hostPath === hostPath) {
      rmSync(pathBytes(hostPath), { recursive: true });
    } else {
      makeNode(pathBytes(hostPath), 'char', 0);
      this.#hidden.add(path);
    }
    this.#tree.forget(path);
  }

  /** Where to write a new file oneself; what is there of that name goes. Its parent must be ensured before. */
  newFile(path: string): string {
    return this.#makeRoom(path);
  }

  /** Owner, mode and time of something written oneself. */
  dressFile(path: string, placement: Placement, modified: FileTime): void {
    const hostPath = this.hostPath(path);
    this.#dress(hostPath, placement);
    setFileTimes(pathBytes(hostPath), { accessed: modified, modified });
  }

  /** Sets the time of a folder into which nothing will be written any more. */
  finishFolder(path: string): void {
    const modified = this.#times.get(path);
    if (modified === undefined) return;
    this.#times.delete(path);
    setFileTimes(pathBytes(this.hostPath(path)), { modified });
  }

  /** Sets the times of folders. Nothing may be written after it. */
  finish(): void {
    for (const [path, modified] of this.#times) setFileTimes(pathBytes(this.hostPath(path)), { modified });
  }

  /** Where something of the upper folder lies. */
  hostPath(path: string): string {
    return path === '' ? this.#upper : `${this.#upper}/${path}`;
  }

  /**
   * Makes a folder of a lower layer in the upper one. Its time stays, though overlayfs would set it to now: a layer
   * that says nothing new of a folder had better not differ in it.
   */
  #bringUp(path: string, existing: TreeEntry): void {
    const hostPath = this.hostPath(path);
    const below = lstatSync(pathBytes(existing.hostPath), { bigint: true });
    this.#times.set(path, fileTime(below.mtimeNs));
    if (existing.hostPath === hostPath) return;
    const where = pathBytes(hostPath);
    mkdirSync(where);
    const { uid, gid, mode } = existing.stats;
    giveOwner(where, uid, gid);
    keepAttributes(hostPath, keptAttributes(existing.hostPath));
    chmodSync(where, mode & 0o7777);
    this.#tree.forget(path);
  }

  #makeFolder(path: string, owner: Owner, modified: FileTime, isReplacement: boolean): void {
    const hostPath = this.hostPath(path);
    mkdirSync(pathBytes(hostPath));
    // What hid a folder of the layers below has gone with what was here.
    if (isReplacement && this.#tree.hasFolderBelow(path)) setXattr(pathBytes(hostPath), opaqueXattr, 'y');
    this.#dress(hostPath, { owner, mode: 0o755 });
    this.#times.set(path, modified);
    this.#tree.forget(path);
    this.#fresh.add(path);
  }

  /** As {@link #makeRoom}; no two entries of a source have one name, so nothing can be in the way in a folder it has made. */
  #placeFor(path: string): string {
    return this.#isInFresh(path) ? this.hostPath(path) : this.#makeRoom(path);
  }

  #isInFresh(path: string): boolean {
    return this.#fresh.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }

  #makeRoom(path: string): string {
    const existing = this.#tree.lookup(path);
    const hostPath = this.hostPath(path);
    if (existing?.stats.isDirectory() === true) {
      if (this.#replaces) return this.replacement(path);
      throw new GantryError({
        kind: 'invalid',
        code: 'is-a-folder',
        message: `cannot replace to directory /${path} with file`,
        details: { path: `/${path}` },
      });
    }
    if (existing?.hostPath === hostPath || this.#hidden.delete(path)) unlinkSync(pathBytes(hostPath));
    return hostPath;
  }

  /** Mode after owner: a change of owner takes setuid away; attributes between them: it takes capabilities too. */
  #dress(hostPath: string, { owner, mode }: Placement, setAttributes?: () => void): void {
    const where = pathBytes(hostPath);
    giveOwner(where, owner.uid, owner.gid);
    setAttributes?.();
    chmodSync(where, mode);
  }
}
