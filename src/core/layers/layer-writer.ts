import {
  chmodSync,
  closeSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { makeNode } from '../host/make-node.ts';
import { isErrno } from '../host/system-error.ts';
import { setXattr } from '../host/xattrs.ts';
import { below, createFlags, isLink, linkTo, makeDevice, setTimes } from './confined-files.ts';
import { layerError, layerLimitError } from './layer-error.ts';
import type { LayerLimits } from './layer-io.ts';
import { layerPath, parentOf } from './layer-path.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import type { TarEntry } from './tar/tar-entry.ts';
import { type Whiteout, whiteoutOf } from './whiteout.ts';

/** Overlayfs's own attributes: a layer that brought some could bend how it is mounted. */
const overlayXattr = /^(?:trusted|user)\.overlay\./;
const opaqueXattr = 'trusted.overlay.opaque';

export interface LayerTotals {
  readonly entries: number;
  /** Made, each hard link once. */
  readonly inodes: number;
  readonly sizeBytes: number;
  readonly implied: readonly ByteString[];
}

/**
 * Writes the entries of a layer below `/`. It must run in a thread confined to the target (`confineThread`): names
 * are checked here, but what keeps a hostile symbolic link from leading outside is that there is no outside.
 */
export class LayerWriter {
  readonly #whiteouts: 'overlay' | 'delete';
  readonly #limits: LayerLimits;
  /** Folders seen to be there, so that the parents of most entries need no look. */
  readonly #folders = new Set<ByteString>(['']);
  /** Times of folders: set last, because every file made inside changes them. */
  readonly #folderTimes = new Map<ByteString, TarEntry>();
  /** Folders no entry described. */
  readonly #implied = new Set<ByteString>();
  /** Names deleted by this layer (overlay form), where a device stands for them. */
  readonly #deleted = new Set<ByteString>();
  /** All this layer wrote, with parents; kept only where whiteouts delete, which must spare them. */
  readonly #own = new Set<ByteString>();
  #entries = 0;
  #inodes = 0;
  #sizeBytes = 0;
  #file:
    | { readonly fd: number; readonly path: ByteString; readonly entry: TarEntry; position: number }
    | undefined;

  constructor(whiteouts: 'overlay' | 'delete', limits: LayerLimits) {
    this.#whiteouts = whiteouts;
    this.#limits = limits;
  }

  /** Makes the entry; content follows by `data`, then `end`. Throws `bad-layer`, `layer-limit`, or what `fs` throws. */
  begin(entry: TarEntry): void {
    this.#entries += 1;
    this.#sizeBytes += entry.sizeBytes;
    if (this.#entries > this.#limits.entries)
      throw layerLimitError('number of entries', this.#limits.entries);
    if (this.#sizeBytes > this.#limits.unpackedBytes) {
      throw layerLimitError('unpacked size in bytes', this.#limits.unpackedBytes);
    }
    const path = layerPath(entry.path, this.#limits);
    const whiteout = whiteoutOf(path);
    if (whiteout !== undefined) {
      this.#applyWhiteout(whiteout);
      return;
    }
    if (path === '') {
      if (entry.type === 'directory') this.#describe('', entry);
      return;
    }
    this.#ensureFolder(parentOf(path));
    if (this.#whiteouts === 'delete') this.#remember(path);
    this.#make(path, entry);
  }

  /** A piece of the current file's content at its place. */
  data(chunk: Uint8Array, offset: number): void {
    const file = this.#file;
    if (file === undefined) return;
    for (let at = 0; at < chunk.length; ) {
      at += writeSync(file.fd, chunk, at, chunk.length - at, offset + at);
    }
    file.position = offset + chunk.length;
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const { fd, entry } = file;
    try {
      if (file.position !== entry.sizeBytes) ftruncateSync(fd, entry.sizeBytes);
      fchownSync(fd, entry.uid, entry.gid);
      this.#setXattrs(file.path, entry);
      fchmodSync(fd, entry.mode);
      if (entry.mtimeNanoseconds === 0) futimesSync(fd, entry.mtimeSeconds, entry.mtimeSeconds);
      else setTimes(file.path, entry);
    } finally {
      closeSync(fd);
    }
  }

  /** After the last entry. `implied`: folders that had no entry of their own and got root and 0755. */
  finish(): LayerTotals {
    for (const [path, entry] of [...this.#folderTimes].reverse()) setTimes(path, entry);
    return {
      entries: this.#entries,
      inodes: this.#inodes,
      sizeBytes: this.#sizeBytes,
      implied: [...this.#implied],
    };
  }

  /** Closes what a failure left open. */
  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #make(path: ByteString, entry: TarEntry): void {
    switch (entry.type) {
      case 'file':
        this.#file = {
          fd: this.#create(path, () => openSync(below(path), createFlags, 0o600)),
          path,
          entry,
          position: 0,
        };
        return;
      case 'directory':
        this.#makeFolder(path);
        this.#implied.delete(path);
        this.#describe(path, entry);
        return;
      case 'hardlink': {
        const target = layerPath(entry.linkPath, this.#limits);
        if (target === '' || target === path)
          throw layerError('a hard link points to itself or the root', path);
        this.#create(path, () => linkTo(target, path));
        this.#inodes -= 1;
        this.#describeLink(path, entry);
        return;
      }
      case 'symlink':
        if (entry.linkPath === '' || entry.linkPath.includes('\0'))
          throw layerError('a bad symbolic link', path);
        this.#create(path, () => symlinkSync(pathOf(entry.linkPath), below(path)));
        lchownSync(below(path), entry.uid, entry.gid);
        this.#setXattrs(path, entry);
        setTimes(path, entry);
        return;
      default:
        this.#create(path, () => makeDevice(path, entry));
        lchownSync(below(path), entry.uid, entry.gid);
        this.#setXattrs(path, entry);
        chmodSync(below(path), entry.mode);
        setTimes(path, entry);
    }
  }

  /**
   * A hard link's own entry has the last word on the file, as with Docker and containerd. Owners are set only where
   * they differ: that call takes capabilities away, which the entry of a link need not repeat.
   */
  #describeLink(path: ByteString, entry: TarEntry): void {
    const stat = lstatSync(below(path));
    if (stat.uid !== entry.uid || stat.gid !== entry.gid) lchownSync(below(path), entry.uid, entry.gid);
    if (!stat.isSymbolicLink()) {
      this.#setXattrs(path, entry);
      chmodSync(below(path), entry.mode);
    }
    setTimes(path, entry);
  }

  /** Makes something new; what was there goes first. */
  #create<T>(path: ByteString, make: () => T): T {
    this.#inodes += 1;
    try {
      return make();
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      this.#removeTree(path);
      return make();
    }
  }

  #makeFolder(path: ByteString): void {
    if (this.#folders.has(path) && !isLink(path)) return;
    try {
      mkdirSync(below(path), 0o755);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      if (!lstatSync(below(path)).isDirectory()) {
        const wasDeleted = this.#deleted.has(path);
        this.#removeTree(path);
        mkdirSync(below(path), 0o755);
        if (wasDeleted) setXattr(below(path), opaqueXattr, 'y');
      }
    }
    this.#folders.add(path);
    this.#inodes += 1;
  }

  #describe(path: ByteString, entry: TarEntry): void {
    const target = below(path);
    lchownSync(target, entry.uid, entry.gid);
    this.#setXattrs(path, entry);
    chmodSync(target, entry.mode);
    this.#folderTimes.set(path, entry);
  }

  /** Parents without an entry get 0755; a symbolic link to a folder will do, as for every extractor. */
  #ensureFolder(path: ByteString): void {
    if (this.#folders.has(path)) return;
    this.#ensureFolder(parentOf(path));
    const stat = lstatSync(below(path), { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) {
      if (statSync(below(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw layerError('a file lies below a symbolic link that is no folder', path);
      }
      this.#folders.add(path);
    } else if (stat === undefined || this.#deleted.has(path)) {
      this.#makeFolder(path);
      chmodSync(below(path), 0o755);
      this.#implied.add(path);
    } else if (stat.isDirectory()) {
      this.#folders.add(path);
    } else {
      throw layerError('a file lies below something that is no folder', path);
    }
  }

  #applyWhiteout(whiteout: Whiteout): void {
    if (whiteout.kind === 'ignore') return;
    if (whiteout.kind === 'opaque') {
      this.#ensureFolder(whiteout.dir);
      if (this.#whiteouts === 'overlay') setXattr(below(whiteout.dir), opaqueXattr, 'y');
      else this.#removeForeign(whiteout.dir);
      return;
    }
    const { path } = whiteout;
    if (this.#whiteouts === 'delete') {
      if (this.#own.has(path)) {
        if (lstatSync(below(path)).isDirectory()) this.#removeForeign(path);
      } else if (this.#isReachable(parentOf(path))) {
        this.#removeTree(path);
      }
      return;
    }
    this.#ensureFolder(parentOf(path));
    const stat = lstatSync(below(path), { throwIfNoEntry: false });
    if (stat === undefined) {
      makeNode(below(path), 'char', 0);
      this.#deleted.add(path);
    } else if (stat.isDirectory()) {
      // Made by this layer itself: only what lies below it goes.
      setXattr(below(path), opaqueXattr, 'y');
    }
  }

  /** Whether the folder is there at all; a whiteout in a folder that is not deletes nothing. */
  #isReachable(dir: ByteString): boolean {
    return statSync(below(dir), { throwIfNoEntry: false })?.isDirectory() === true;
  }

  /** Removes what lower layers put into a folder and keeps what this one did. */
  #removeForeign(dir: ByteString): void {
    for (const name of readdirSync(below(dir), { encoding: 'latin1' })) {
      const path = dir === '' ? name : `${dir}/${name}`;
      if (!this.#own.has(path)) this.#removeTree(path);
      else if (lstatSync(below(path)).isDirectory()) this.#removeForeign(path);
    }
  }

  #removeTree(path: ByteString): void {
    rmSync(below(path), { recursive: true, force: true });
    this.#deleted.delete(path);
    if (!this.#folders.delete(path)) return;
    this.#folderTimes.delete(path);
    this.#implied.delete(path);
    const inside = `${path}/`;
    for (const set of [this.#folders, this.#implied, this.#folderTimes]) {
      for (const key of [...set.keys()]) if (key.startsWith(inside)) set.delete(key);
    }
  }

  #remember(path: ByteString): void {
    for (let at = path; at !== '' && !this.#own.has(at); at = parentOf(at)) this.#own.add(at);
  }

  #setXattrs(path: ByteString, entry: TarEntry): void {
    for (const [name, value] of entry.xattrs) {
      if (name.includes('\0')) throw layerError('an attribute name holds a NUL byte', path);
      if (overlayXattr.test(name)) continue;
      try {
        setXattr(below(path), name, Buffer.from(value, 'latin1'));
      } catch (error) {
        // Not kept by this file system, or (user.*) not meant for this kind of file: no reason to refuse the layer.
        const tolerable = name.startsWith('user.') && entry.type !== 'file' && entry.type !== 'directory';
        if (!isErrno(error, 'EOPNOTSUPP', 'ENOTSUP') && !(tolerable && isErrno(error, 'EPERM'))) throw error;
      }
    }
  }
}
