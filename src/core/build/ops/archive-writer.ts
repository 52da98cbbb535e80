import { closeSync, fchmodSync, ftruncateSync, linkSync, openSync, symlinkSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { type FileTime, setFileTimes } from '../../host/file-times.ts';
import { giveOpenOwner } from '../../host/give-owner.ts';
import { deviceNumber, makeNode } from '../../host/make-node.ts';
import { pathBytes, pathText } from '../../host/path-text.ts';
import { defaultLimits } from '../../layers/default-limits.ts';
import { layerLimitError } from '../../layers/layer-error.ts';
import type { ByteString } from '../../layers/tar/byte-string.ts';
import type { TarEntry } from '../../layers/tar/tar-entry.ts';
import { whiteoutPrefix } from '../../layers/whiteout.ts';
import { writeSparsely } from '../../layers/write-sparsely.ts';
import { isKeptAttribute } from '../tree/kept-attributes.ts';
import type { LayeredTree } from '../tree/layered-tree.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import type { Owner, TreeWriter } from '../tree/tree-writer.ts';

export interface ArchiveTarget {
  readonly tree: LayeredTree;
  readonly writer: TreeWriter;
  /** Where it is unpacked: resolved, ensured. */
  readonly folder: string;
  /** For messages. */
  readonly name: string;
  /** The time of folders that the archive does not describe. */
  readonly made: FileTime;
}

const rootOwner: Owner = { uid: 0, gid: 0 };

/**
 * Writes the entries of a tar into a stage, one after the other, as Docker's ADD does: names lead over links of the
 * stage and of the archive, inside the stage; folders without an entry of their own stay as they are; an entry takes
 * the place of what is there, and a folder that of anything but a folder.
 */
export class ArchiveWriter {
  readonly #target: ArchiveTarget;
  #entries = 0;
  #unpackedBytes = 0;
  /** Folders by the names they were found under, until a link could lead elsewhere. */
  readonly #folders = new Map<string, string>();
  #file: { readonly fd: number; readonly path: string; readonly entry: TarEntry; end: number } | undefined;

  constructor(target: ArchiveTarget) {
    this.#target = target;
  }

  /**
   * Makes the entry; the content of a file follows by `data`, then `end`. Rejects `corrupt` / `bad-archive`,
   * `layer-limit`, `invalid` / `not-a-folder`.
   */
  async begin(entry: TarEntry): Promise<void> {
    this.#entries += 1;
    if (this.#entries > defaultLimits.entries)
      throw layerLimitError('number of entries', defaultLimits.entries);
    this.#unpackedBytes += entry.sizeBytes;
    const { unpackedBytes } = defaultLimits;
    if (this.#unpackedBytes > unpackedBytes) throw layerLimitError('unpacked size in bytes', unpackedBytes);
    const path = this.#place(entry.path);
    // What an archive says of its own root is not meant for the folder it goes to.
    if (path === undefined) return;
    await this.#make(path, entry);
  }

  data(chunk: Uint8Array, offset: number): void {
    const file = this.#file;
    if (file === undefined) return;
    const end = writeSparsely(file.fd, chunk, offset);
    if (end !== undefined) file.end = end;
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const { fd, path, entry } = file;
    try {
      if (file.end !== entry.sizeBytes) ftruncateSync(fd, entry.sizeBytes);
      giveOpenOwner(fd, entry.uid, entry.gid);
      this.#target.writer.keep(path, attributesOf(entry));
      fchmodSync(fd, entry.mode);
    } finally {
      closeSync(fd);
    }
    this.#setTime(path, entry);
  }

  /** Closes what a failure left open. */
  abandon(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  async #make(path: string, entry: TarEntry): Promise<void> {
    const { writer } = this.#target;
    const { uid, gid, mode } = entry;
    const placement = { owner: { uid, gid }, mode };
    switch (entry.type) {
      case 'directory':
        writer.replaceByFolder(path, placement.owner, timeOf(entry));
        writer.dressFolder(path, placement, attributesOf(entry), timeOf(entry));
        return;
      case 'file': {
        const fd = openSync(pathBytes(this.#room(path)), 'wx', 0o600);
        this.#file = { fd, path, entry, end: 0 };
        return;
      }
      case 'hardlink':
        await this.#makeHardLink(path, entry);
        return;
      case 'symlink': {
        const target = textOf(entry.linkPath);
        if (target === '' || target.includes('\0')) throw this.#error('a bad symbolic link', entry.path);
        symlinkSync(pathBytes(target), pathBytes(this.#room(path)));
        this.#folders.clear();
        writer.dressLink(path, placement.owner);
        writer.keep(path, attributesOf(entry));
        break;
      }
      default: {
        const type = entry.type === 'character' ? 'char' : entry.type;
        const device = type === 'fifo' ? 0n : deviceNumber(entry.deviceMajor, entry.deviceMinor);
        if (type === 'char' && device === 0n)
          throw this.#error('a device that means a deleted file', entry.path);
        makeNode(pathBytes(this.#room(path)), type, mode, device);
        writer.dressFile(path, placement, timeOf(entry));
        writer.keep(path, attributesOf(entry));
      }
    }
    this.#setTime(path, entry);
  }

  /** Its target is a file of the archive or of the stage; its own entry has the last word on what that looks like. */
  async #makeHardLink(path: string, entry: TarEntry): Promise<void> {
    const { tree, writer } = this.#target;
    const target = this.#place(entry.linkPath);
    const room = target === path ? undefined : this.#room(path);
    const found = target === undefined ? undefined : tree.lookup(target);
    if (target === undefined || room === undefined || found === undefined || found.stats.isDirectory()) {
      throw this.#error('a hard link points to what is not there or is a folder', entry.linkPath);
    }
    linkSync(pathBytes(await writer.bringUpFile(target, found)), pathBytes(room));
    const { uid, gid, mode } = entry;
    if (found.stats.isSymbolicLink()) writer.dressLink(path, { uid, gid });
    else {
      writer.dressFile(path, { owner: { uid, gid }, mode }, timeOf(entry));
      writer.keep(path, attributesOf(entry));
    }
    this.#setTime(path, entry);
  }

  #room(path: string): string {
    const { tree, writer } = this.#target;
    if (tree.lookup(path)?.stats.isDirectory() === true) this.#folders.clear();
    return writer.replacement(path);
  }

  #setTime(path: string, entry: TarEntry): void {
    const time = timeOf(entry);
    setFileTimes(pathBytes(this.#target.writer.hostPath(path)), { accessed: time, modified: time });
  }

  /** Where an entry goes, its folder made; undefined: the root of the archive. */
  #place(name: ByteString): string | undefined {
    const { nameBytes, depth } = defaultLimits;
    if (name.length > nameBytes) throw this.#error(`a name is longer than ${nameBytes} bytes`, name);
    if (name.includes('\0')) throw this.#error('a name holds a NUL byte', name);
    const parts: string[] = [];
    for (const part of textOf(name).split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined && this.#target.folder !== '') {
        throw this.#error('a name leads out of it', name);
      }
    }
    if (parts.length > depth) throw this.#error(`a name has more than ${depth} folders`, name);
    const base = parts.pop();
    if (base === undefined) return undefined;
    if ([base, ...parts].some((part) => part.startsWith(whiteoutPrefix))) {
      throw this.#error(`a name begins with ${whiteoutPrefix}, which no layer can hold`, name);
    }
    const folder = this.#folder(parts.join('/'));
    return folder === '' ? base : `${folder}/${base}`;
  }

  #folder(name: string): string {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    const { tree, writer, folder, made } = this.#target;
    const path = resolveInTree(tree, `${folder}/${name}`);
    writer.ensureFolder(path, rootOwner, made);
    this.#folders.set(name, path);
    return path;
  }

  #error(why: string, name: ByteString): GantryError {
    const shown = Buffer.from(name, 'latin1').toString().slice(0, 300);
    return new GantryError({
      kind: 'corrupt',
      code: 'bad-archive',
      message: `ADD failed: invalid archive ${this.#target.name}: ${why}: ${JSON.stringify(shown)}`,
      details: { path: shown },
    });
  }
}

function textOf(name: ByteString): string {
  return pathText(Buffer.from(name, 'latin1'));
}

function timeOf({ mtimeSeconds, mtimeNanoseconds }: TarEntry): FileTime {
  return { seconds: mtimeSeconds, nanoseconds: mtimeNanoseconds };
}

function attributesOf({ xattrs }: TarEntry): ReadonlyMap<string, Uint8Array> {
  return new Map(
    [...xattrs]
      .filter(([name]) => isKeptAttribute(name) && !name.includes('\0'))
      .map(([name, value]) => [name, Buffer.from(value, 'latin1')]),
  );
}
