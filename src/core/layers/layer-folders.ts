import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { type FileTime, fileTime } from '../host/file-times.ts';
import { isErrno } from '../host/system-error.ts';
import { setXattr } from '../host/xattrs.ts';
import { below } from './confined-files.ts';
import { layerError, layerLimitError } from './layer-error.ts';
import type { LayerLimits } from './layer-io.ts';
import type { ByteString } from './tar/byte-string.ts';
import { opaqueXattr } from './whiteout.ts';

/**
 * What else than a folder this layer made of a name: a file of its own, a device that stands for a deletion, or a file
 * brought up from a lower layer because a hard link wants it.
 */
export type Leaf = 'own' | 'deleted' | 'brought-up';

/** A folder the layer had to do with. There may be millions. */
export interface WrittenFolder {
  /** Where it really lies, with no symbolic link on the way; empty for the root. */
  readonly path: ByteString;
  /** What is known to be in it; a name that is missing may be there all the same. Undefined: nothing yet. */
  children: Map<ByteString, WrittenFolder | Leaf> | undefined;
  /** Set last, because every file made inside changes them. */
  times: FileTime | undefined;
  /** Made without an entry of its own: what it looks like is for the layers below to say. */
  isImplied: boolean;
  /** Described by the layer, or has something of it inside; else it only holds deletions. */
  isOwn: boolean;
  /** Nothing of the layers below is seen in it (any more). */
  isOpaque: boolean;
}

/**
 * The folders of a layer by the names its entries use, each known once by where it really lies: a name through a
 * symbolic link finds the same folder. To be used by a thread confined to the layer's folder only.
 */
export class LayerFolders {
  readonly root: WrittenFolder = newFolder('', false);
  readonly #whiteouts: 'overlay' | 'delete';
  readonly #hasForeign: boolean;
  readonly #limits: Pick<LayerLimits, 'nameBytes' | 'depth' | 'folders'>;
  #inodes = 0;
  #hasRemoved = false;
  /** The folder asked for last: most entries lie beside the one before. */
  #last: { readonly path: ByteString; readonly folder: WrittenFolder } | undefined;

  /** @param hasForeign whether other layers' files lie in the folder already. */
  constructor(
    whiteouts: 'overlay' | 'delete',
    hasForeign: boolean,
    limits: Pick<LayerLimits, 'nameBytes' | 'depth' | 'folders'>,
  ) {
    this.#whiteouts = whiteouts;
    this.#hasForeign = hasForeign;
    this.#limits = limits;
    this.root.isOwn = true;
  }

  /** Whether something made was taken away again, so that no count of what was made is a count of what is there. */
  get hasRemoved(): boolean {
    return this.#hasRemoved;
  }

  /** Folders made. */
  get inodes(): number {
    return this.#inodes;
  }

  /**
   * The folder of that name, made when it is not there. A symbolic link of this layer to a folder will do, as for every
   * extractor; one of a layer below is replaced, which is what layers kept apart come to. Throws `bad-layer` for
   * anything else.
   */
  ensure(path: ByteString): WrittenFolder {
    if (this.#last?.path === path) return this.#last.folder;
    const folder = this.ensureForDeletion(path);
    this.root.isOwn = true;
    for (let at: WrittenFolder | undefined = this.root, end = 0; at !== undefined && at !== folder; ) {
      const begin = end === 0 ? 0 : end + 1;
      end = folder.path.indexOf('/', begin);
      if (end === -1) end = folder.path.length;
      const child: WrittenFolder | Leaf | undefined = at.children?.get(folder.path.slice(begin, end));
      at = typeof child === 'object' ? child : undefined;
      if (at !== undefined) at.isOwn = true;
    }
    this.#last = { path, folder };
    return folder;
  }

  /**
   * The folder of that name if it is there. `hidden`: something else is, or this layer hides what the layers below have
   * of that name; undefined: that is for them to say.
   */
  find(path: ByteString): WrittenFolder | 'hidden' | undefined {
    let folder = this.root;
    for (const name of path === '' ? [] : path.split('/')) {
      const known = folder.children?.get(name);
      const next = typeof known === 'object' ? known : this.#discover(folder, name);
      if (next === undefined) {
        const isThere = lstatSync(below(childPath(folder, name)), { throwIfNoEntry: false }) !== undefined;
        return isThere || folder.isOpaque ? 'hidden' : undefined;
      }
      folder = next;
    }
    return folder;
  }

  /** Makes sure of one for deletions to be noted in; it stays as it is otherwise. */
  ensureForDeletion(path: ByteString): WrittenFolder {
    let folder = this.root;
    for (const name of path === '' ? [] : path.split('/')) folder = this.#step(folder, name);
    return folder;
  }

  /** A folder by an entry of its own: what is there and no folder goes first. */
  replace(parent: WrittenFolder, name: ByteString): WrittenFolder {
    const known = parent.children?.get(name);
    const folder = typeof known === 'object' ? known : this.#makeOrReplace(parent, name);
    folder.isImplied = false;
    folder.isOwn = true;
    return folder;
  }

  /** Removes what has that name, with all inside. */
  remove(parent: WrittenFolder, name: ByteString): void {
    removeAny(below(childPath(parent, name)));
    this.#hasRemoved = true;
    parent.children?.delete(name);
    this.#last = undefined;
  }

  #step(folder: WrittenFolder, name: ByteString): WrittenFolder {
    const known = folder.children?.get(name);
    if (typeof known === 'object') return known;
    if (known !== 'deleted') {
      const found = this.#discover(folder, name);
      if (found !== undefined) return found;
      const stat = lstatSync(below(childPath(folder, name)), { throwIfNoEntry: false });
      const isReplaced = stat?.isSymbolicLink() === true && this.#isForeign(folder, name);
      if (stat !== undefined && !isReplaced) {
        const what = stat.isSymbolicLink()
          ? 'a symbolic link that is no folder'
          : 'something that is no folder';
        throw layerError(`a file lies below ${what}`, childPath(folder, name));
      }
    }
    const made = this.#makeOrReplace(folder, name);
    chmodSync(below(made.path), 0o755);
    made.isImplied = !made.isOpaque;
    return made;
  }

  /** A folder that is there, or that a symbolic link of this layer leads to. */
  #discover(folder: WrittenFolder, name: ByteString): WrittenFolder | undefined {
    const path = childPath(folder, name);
    const stat = lstatSync(below(path), { throwIfNoEntry: false, bigint: true });
    if (stat?.isDirectory()) {
      const found = this.#enter(folder, name);
      found.times = fileTime(stat.mtimeNs);
      return found;
    }
    if (stat?.isSymbolicLink() !== true || this.#isForeign(folder, name)) return undefined;
    if (statSync(below(path), { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
    const real = realpathSync.native(below(path), 'buffer').toString('latin1').slice(1);
    const target = this.find(real);
    return typeof target === 'object' ? target : undefined;
  }

  /** Where other layers' files lie in the same folder, ours are noted. */
  #isForeign(folder: WrittenFolder, name: ByteString): boolean {
    return this.#hasForeign && folder.children?.get(name) !== 'own';
  }

  #makeOrReplace(parent: WrittenFolder, name: ByteString): WrittenFolder {
    const path = childPath(parent, name);
    let isOpaque = false;
    try {
      mkdirSync(below(path), 0o755);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      const stat = lstatSync(below(path), { bigint: true });
      if (stat.isDirectory()) {
        const folder = this.#enter(parent, name);
        folder.times = fileTime(stat.mtimeNs);
        return folder;
      }
      // Whatever this layer put there before hid the layers below, and so must the folder.
      isOpaque = this.#whiteouts === 'overlay';
      this.remove(parent, name);
      mkdirSync(below(path), 0o755);
    }
    this.#inodes += 1;
    if (this.#inodes > this.#limits.folders) throw layerLimitError('number of folders', this.#limits.folders);
    const folder = this.#enter(parent, name);
    if (isOpaque) {
      setXattr(below(path), opaqueXattr, 'y');
      folder.isOpaque = true;
    }
    return folder;
  }

  #enter(parent: WrittenFolder, name: ByteString): WrittenFolder {
    const path = childPath(parent, name);
    if (path.length > this.#limits.nameBytes) {
      throw layerError(`a name is longer than ${this.#limits.nameBytes} bytes`, path);
    }
    const { depth } = this.#limits;
    if (path.length >= 2 * depth && path.split('/').length > depth) {
      throw layerError(`a name has more than ${depth} folders`, path);
    }
    const folder = newFolder(path, parent.isOpaque);
    note(parent, name, folder);
    return folder;
  }
}

export function note(folder: WrittenFolder, name: ByteString, child: WrittenFolder | Leaf): void {
  folder.children ??= new Map();
  folder.children.set(name, child);
}

/** All folders, those inside before the one they are in. */
export function* foldersInsideOut(folder: WrittenFolder): Generator<WrittenFolder, void, undefined> {
  for (const child of folder.children?.values() ?? []) {
    if (typeof child === 'object') yield* foldersInsideOut(child);
  }
  yield folder;
}

export function childPath(folder: WrittenFolder, name: ByteString): ByteString {
  return folder.path === '' ? name : `${folder.path}/${name}`;
}

function newFolder(path: ByteString, isOpaque: boolean): WrittenFolder {
  return {
    path,
    children: undefined,
    times: undefined,
    isImplied: false,
    isOwn: false,
    isOpaque,
  };
}

/** A file, an empty folder or a whole one: most often the first, and the last takes ten times as long. */
function removeAny(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return;
    if (!isErrno(error, 'EISDIR', 'EPERM')) throw error;
    rmSync(path, { recursive: true, force: true });
  }
}
