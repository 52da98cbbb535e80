import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  symlinkSync,
} from 'node:fs';
import { fileTime, setFileTimes } from '../host/file-times.ts';
import { giveOpenOwner, giveOwner } from '../host/give-owner.ts';
import { makeNode } from '../host/make-node.ts';
import { isErrno } from '../host/system-error.ts';
import { setXattr } from '../host/xattrs.ts';
import { bringUp, inheritFolder } from './bring-up.ts';
import { below, createFlags, makeDevice, setTimes } from './confined-files.ts';
import { layerError, layerLimitError } from './layer-error.ts';
import { childPath, foldersInsideOut, LayerFolders, note, type WrittenFolder } from './layer-folders.ts';
import type { LayerLimits } from './layer-io.ts';
import { baseOf, layerPath, parentOf } from './layer-path.ts';
import type { LowerLayers } from './lower-layers.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import type { TarEntry } from './tar/tar-entry.ts';
import { opaqueXattr, overlayXattr, type Whiteout, whiteoutOf } from './whiteout.ts';
import { writeSparsely } from './write-sparsely.ts';

export interface LayerTotals {
  readonly entries: number;
  /** Made, each hard link once. */
  readonly inodes: number;
  readonly sizeBytes: number;
  /** False: the layer brought some name twice, and inodes and bytes count what is no more. */
  readonly isExact: boolean;
}

export interface LayerWriterOptions {
  readonly whiteouts: 'overlay' | 'delete';
  readonly limits: LayerLimits;
  /** The layers below, where they lie elsewhere; undefined: nothing is known of them. */
  readonly lower: LowerLayers | undefined;
}

/**
 * Writes the entries of a layer below `/`. It must run in a thread confined to the target (`confineThread`): names
 * are checked here, but what keeps a hostile symbolic link from leading outside is that there is no outside.
 */
export class LayerWriter {
  readonly #options: LayerWriterOptions;
  /** Whether the folder held files before: then this layer's own are noted, which deletions must spare. */
  readonly #hasForeign: boolean;
  readonly #folders: LayerFolders;
  #entries = 0;
  #inodes = 0;
  #sizeBytes = 0;
  #file:
    | { readonly fd: number; readonly path: ByteString; readonly entry: TarEntry; position: number }
    | undefined;

  /** To be made in the confined thread. */
  constructor(options: LayerWriterOptions) {
    this.#options = options;
    this.#hasForeign = readdirSync('/').length > 0;
    this.#folders = new LayerFolders(options.whiteouts, this.#hasForeign, options.limits);
  }

  /** Makes the entry; content follows by `data`, then `end`. Throws `bad-layer`, `layer-limit`, or what `fs` throws. */
  begin(entry: TarEntry): void {
    const { limits } = this.#options;
    this.#entries += 1;
    if (this.#entries > limits.entries) throw layerLimitError('number of entries', limits.entries);
    this.#count(entry.sizeBytes);
    const path = layerPath(entry.path, limits);
    const whiteout = whiteoutOf(path);
    if (whiteout !== undefined) this.#applyWhiteout(whiteout);
    else if (path !== '') this.#make(this.#folders.ensure(parentOf(path)), baseOf(path), entry);
    else if (entry.type === 'directory') this.#describe(this.#folders.root, entry);
    else throw layerError('the root is no folder');
  }

  /** A piece of the current file's content at its place. */
  data(chunk: Uint8Array, offset: number): void {
    const file = this.#file;
    if (file === undefined) return;
    const end = writeSparsely(file.fd, chunk, offset);
    if (end !== undefined) file.position = end;
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const { fd, entry } = file;
    try {
      if (file.position !== entry.sizeBytes) ftruncateSync(fd, entry.sizeBytes);
      this.#describeFile(fd, file.path, entry);
      const { mtimeSeconds, mtimeNanoseconds } = entry;
      // Cheaper, but Node takes a time before 1970 for "now".
      if (mtimeNanoseconds === 0 && mtimeSeconds >= 0) futimesSync(fd, mtimeSeconds, mtimeSeconds);
      else setTimes(file.path, entry);
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Most files are root's and need nothing: they were made with their mode. Looking is cheaper than setting, and tells
   * what a folder handed down (its group, default access rights). The mode comes last: a new owner takes bits of it.
   */
  #describeFile(fd: number, path: ByteString, entry: TarEntry): void {
    const { uid, gid, mode } = fstatSync(fd);
    const isOwned = uid === entry.uid && gid === entry.gid;
    if (!isOwned) giveOpenOwner(fd, entry.uid, entry.gid);
    this.#setXattrs(path, entry);
    const isUntouched = isOwned && entry.xattrs.size === 0;
    if (!isUntouched || (mode & 0o7777) !== entry.mode) fchmodSync(fd, entry.mode);
  }

  /** After the last entry: what folders look like that had none of their own, and all their times. */
  finish(): LayerTotals {
    for (const folder of foldersInsideOut(this.#folders.root)) {
      if (folder.isImplied) this.#inherit(folder);
      const { times } = folder;
      if (times !== undefined) setFileTimes(below(folder.path), { accessed: times, modified: times });
    }
    return {
      entries: this.#entries,
      inodes: this.#inodes + this.#folders.inodes,
      sizeBytes: this.#sizeBytes,
      isExact: !this.#folders.hasRemoved,
    };
  }

  /** Closes what a failure left open. */
  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #count(bytes: number): void {
    this.#sizeBytes += bytes;
    const { unpackedBytes } = this.#options.limits;
    if (this.#sizeBytes > unpackedBytes) throw layerLimitError('unpacked size in bytes', unpackedBytes);
  }

  #make(folder: WrittenFolder, name: ByteString, entry: TarEntry): void {
    if (entry.type === 'directory') {
      this.#describe(this.#folders.replace(folder, name), entry);
      return;
    }
    const path = childPath(folder, name);
    switch (entry.type) {
      case 'file': {
        const fd = this.#create(folder, name, () => openSync(below(path), createFlags, entry.mode & 0o777));
        this.#file = { fd, path, entry, position: 0 };
        return;
      }
      case 'hardlink':
        this.#makeHardLink(folder, name, entry);
        return;
      case 'symlink':
        if (entry.linkPath === '' || entry.linkPath.includes('\0'))
          throw layerError('a bad symbolic link', path);
        this.#create(folder, name, () => symlinkSync(pathOf(entry.linkPath), below(path)));
        giveOwner(below(path), entry.uid, entry.gid);
        this.#setXattrs(path, entry);
        setTimes(path, entry);
        return;
      default:
        this.#create(folder, name, () => makeDevice(path, entry));
        giveOwner(below(path), entry.uid, entry.gid);
        this.#setXattrs(path, entry);
        chmodSync(below(path), entry.mode);
        setTimes(path, entry);
    }
  }

  /** Makes something new; what was there goes first. */
  #create<T>(folder: WrittenFolder, name: ByteString, make: () => T): T {
    this.#inodes += 1;
    if (this.#hasForeign) note(folder, name, 'own');
    try {
      return make();
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      this.#folders.remove(folder, name);
      if (this.#hasForeign) note(folder, name, 'own');
      return make();
    }
  }

  /** Its target is an earlier file of this layer or one of a layer below. */
  #makeHardLink(folder: WrittenFolder, name: ByteString, entry: TarEntry): void {
    const path = childPath(folder, name);
    const target = this.#linkTarget(layerPath(entry.linkPath, this.#options.limits));
    if (target === path) throw layerError('a hard link points to itself', path);
    this.#create(folder, name, () => {
      try {
        linkSync(below(target), below(path));
      } catch (error) {
        if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EPERM')) throw error;
        throw layerError('a hard link points to what is not there or is a folder', target);
      }
    });
    this.#inodes -= 1;
    this.#describeLink(path, entry);
  }

  #linkTarget(path: ByteString): ByteString {
    const name = baseOf(path);
    const parent = path === '' ? 'hidden' : this.#folders.find(parentOf(path));
    if (parent === 'hidden') throw layerError('a hard link points to what is not there or is a folder', path);
    const real = parent === undefined ? path : childPath(parent, name);
    const isHere = parent !== undefined && lstatSync(below(real), { throwIfNoEntry: false }) !== undefined;
    if (isHere && parent.children?.get(name) !== 'deleted') return real;
    using lower = isHere || parent?.isOpaque ? undefined : this.#options.lower?.find(real);
    if (lower === undefined) throw layerError('a hard link points to what is not there', path);
    if (lower.stat.isFile()) this.#count(Number(lower.stat.size));
    const holder = this.#folders.ensureForDeletion(parentOf(real));
    bringUp(lower, real);
    note(holder, name, 'brought-up');
    this.#inodes += 1;
    return real;
  }

  /**
   * A hard link's own entry has the last word on the file, as with Docker and containerd. Owners are set only where
   * they differ: that call takes capabilities away, which the entry of a link need not repeat.
   */
  #describeLink(path: ByteString, entry: TarEntry): void {
    const stat = lstatSync(below(path));
    if (stat.uid !== entry.uid || stat.gid !== entry.gid) giveOwner(below(path), entry.uid, entry.gid);
    if (!stat.isSymbolicLink()) {
      this.#setXattrs(path, entry);
      chmodSync(below(path), entry.mode);
    }
    setTimes(path, entry);
  }

  #describe(folder: WrittenFolder, entry: TarEntry): void {
    const target = below(folder.path);
    giveOwner(target, entry.uid, entry.gid);
    this.#setXattrs(folder.path, entry);
    chmodSync(target, entry.mode);
    folder.times = { seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds };
  }

  /** Else `/tmp` would lose its 1777 to a layer that only brings `/tmp/x`. */
  #inherit(folder: WrittenFolder): void {
    using model = this.#options.lower?.find(folder.path);
    if (model?.stat.isDirectory() !== true) return;
    inheritFolder(model, folder.path);
    folder.times = fileTime(model.stat.mtimeNs);
  }

  #applyWhiteout(whiteout: Whiteout): void {
    switch (whiteout.kind) {
      case 'ignore':
        return;
      case 'opaque':
        this.#makeOpaque(this.#folders.ensure(whiteout.dir));
        return;
      case 'delete':
        if (this.#options.whiteouts === 'delete') this.#delete(whiteout.path);
        else this.#deleteByDevice(whiteout.path);
    }
  }

  #makeOpaque(folder: WrittenFolder): void {
    if (folder.isOpaque) return;
    if (this.#options.whiteouts === 'overlay') setXattr(below(folder.path), opaqueXattr, 'y');
    this.#clear(folder);
  }

  /** Removes what lower layers put into a folder, or what is in it on their behalf, and keeps what this one did. */
  #clear(folder: WrittenFolder): void {
    folder.isOpaque = true;
    const names = this.#hasForeign ? namesIn(folder) : [...(folder.children?.keys() ?? [])];
    for (const name of names) {
      const child = folder.children?.get(name);
      if (typeof child === 'object' && child.isOwn) {
        if (!child.isOpaque) this.#clear(child);
      } else if (child !== 'own') {
        this.#folders.remove(folder, name);
      }
    }
  }

  /** The name stays, where it is this layer's own, and what this layer put inside. */
  #delete(path: ByteString): void {
    const folder = this.#hasForeign ? this.#folders.find(parentOf(path)) : undefined;
    if (typeof folder !== 'object' || folder.isOpaque) return;
    const name = baseOf(path);
    const child = folder.children?.get(name);
    if (typeof child === 'object' && child.isOwn) this.#makeOpaque(child);
    else if (child !== 'own') this.#folders.remove(folder, name);
  }

  #deleteByDevice(path: ByteString): void {
    const { lower } = this.#options;
    const parent = parentOf(path);
    const found = this.#folders.find(parent);
    if (found === 'hidden') return;
    if (found === undefined && lower !== undefined) {
      using folder = lower.find(parent);
      if (folder?.stat.isDirectory() !== true) return;
    }
    const folder = found ?? this.#folders.ensureForDeletion(parent);
    const name = baseOf(path);
    const child = folder.children?.get(name);
    if (child === 'deleted' || folder.isOpaque) return;
    if (typeof child === 'object' && child.isOwn) {
      this.#makeOpaque(child);
      return;
    }
    const real = childPath(folder, name);
    if (child !== undefined) this.#folders.remove(folder, name);
    else if (lstatSync(below(real), { throwIfNoEntry: false }) !== undefined) return;
    makeNode(below(real), 'char', 0);
    this.#inodes += 1;
    note(folder, name, 'deleted');
  }

  #setXattrs(path: ByteString, entry: TarEntry): void {
    for (const [name, value] of entry.xattrs) {
      if (name.includes('\0')) throw layerError('an attribute name holds a NUL byte', path);
      if (overlayXattr.test(name)) continue;
      try {
        setXattr(below(path), pathOf(name), Buffer.from(value, 'latin1'));
      } catch (error) {
        // Not kept by this file system, or (user.*) not meant for this kind of file: no reason to refuse the layer.
        const tolerable = name.startsWith('user.') && entry.type !== 'file' && entry.type !== 'directory';
        if (!isErrno(error, 'EOPNOTSUPP', 'ENOTSUP') && !(tolerable && isErrno(error, 'EPERM'))) throw error;
      }
    }
  }
}

function namesIn(folder: WrittenFolder): readonly ByteString[] {
  return readdirSync(below(folder.path), { encoding: 'latin1' });
}
