import {
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { deviceNumber, makeNode } from '../host/make-node.ts';
import { randomHex } from '../host/random-hex.ts';
import { isErrno } from '../host/system-error.ts';
import { type HeldFolder, heldFolder } from '../layers/held-folder.ts';
import { baseOf, parentOf } from '../layers/layer-path.ts';
import { type ByteString, displayText, pathOf } from '../layers/tar/byte-string.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';
import { copyError } from './copy-error.ts';
import { describeEntry, describeOpenFile, type EntryRights } from './describe-entry.ts';

export interface WriterOptions {
  /** Opens a folder of the target by its path in it; a descriptor, or the system error of a folder that is not there. */
  readonly openFolder: (path: ByteString) => number;
  readonly rights: EntryRights;
  /** Devices are made; else they are left out and counted. */
  readonly devices: boolean;
  /** Folders that are there take the owner, mode and time of their entry, as an unpacked archive's do. */
  readonly updateFolders: boolean;
}

/** What was written. */
export interface WriterTotals {
  readonly entries: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** Devices that were not made. */
  readonly skipped: number;
}

const newFileFlags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Folders kept open: a tree is written folder by folder. */
const mostOpen = 64;

/**
 * Writes entries below a folder that others may be changing: each is made in a folder that is held open, by calls that
 * follow no link. What is there stays until its successor is whole; a folder is never replaced by something else, nor
 * the other way round. Entry paths are clean: no `..`, no slash at either end, empty for the folder itself.
 */
export class HeldWriter {
  readonly #options: WriterOptions;
  readonly #open = new Map<ByteString, HeldFolder>();
  readonly #finishLast = new Map<ByteString, TarEntry>();
  #file:
    | { readonly fd: number; readonly path: ByteString; temporary: string | undefined; entry: TarEntry }
    | undefined;
  #entries = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Makes what an entry says. For a file, `data` and `end` follow. `path` and `linkPath` are in the target. */
  begin(entry: TarEntry, path: ByteString, linkPath = ''): void {
    this.#entries += 1;
    switch (entry.type) {
      case 'directory':
        this.#makeFolder(entry, path);
        return;
      case 'file':
        this.#file = { ...this.#createFile(path), path, entry };
        return;
      case 'hardlink':
        this.#replace(path, (at) => linkSync(this.#at(linkPath), at));
        return;
      case 'symlink':
        this.#replace(path, (at) => symlinkSync(pathOf(entry.linkPath), at));
        describeEntry(this.#at(path), entry, this.#options.rights);
        return;
      default:
        if (entry.type !== 'fifo' && !this.#options.devices) {
          this.#skipped += 1;
          return;
        }
        this.#replace(path, (at) => makeNodeAt(at, entry));
        describeEntry(this.#at(path), entry, this.#options.rights);
    }
  }

  /** Content of the file begun, at a place in it. What is never written is a hole. */
  data(chunk: Uint8Array, offset: number): void {
    if (this.#file === undefined) return;
    for (let done = 0; done < chunk.length; ) {
      done += writeSync(this.#file.fd, chunk, done, chunk.length - done, offset + done);
    }
    this.#bytes += chunk.length;
  }

  /** The file begun is whole. `sizeBytes`: how long it is, holes included. */
  end(sizeBytes: number): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const { fd, path, entry, temporary } = file;
    try {
      ftruncateSync(fd, sizeBytes);
      describeOpenFile(fd, this.#at(path, temporary), entry, this.#options.rights);
      if (temporary !== undefined) this.#moveIn(fd, path, temporary, entry);
    } finally {
      closeSync(fd);
    }
  }

  /** Sets owners, modes and times of folders, which writing into them changes. */
  finish(): WriterTotals {
    for (const [path, entry] of [...this.#finishLast].reverse()) {
      const at = path === '' ? `/proc/self/fd/${this.#folder('').fd}/.` : this.#at(path);
      describeEntry(at, entry, this.#options.rights);
    }
    return { entries: this.#entries, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** Lets go of everything; a file that is not whole goes. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) {
      closeSync(file.fd);
      ignoringAbsence(() => unlinkSync(this.#at(file.path, file.temporary)));
    }
    for (const folder of this.#open.values()) folder[Symbol.dispose]();
    this.#open.clear();
  }

  #makeFolder(entry: TarEntry, path: ByteString): void {
    if (path === '') {
      if (this.#options.updateFolders) this.#finishLast.set(path, entry);
      return;
    }
    try {
      mkdirSync(this.#at(path), 0o700);
      this.#finishLast.set(path, entry);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      if (!lstatSync(this.#at(path)).isDirectory()) {
        throw copyError(
          'not-a-folder',
          `cannot overwrite non-directory ${shown(path)} with directory ${shown(path)}`,
        );
      }
      if (this.#options.updateFolders) this.#finishLast.set(path, entry);
    }
  }

  /** New, or under a temporary name beside what is there. */
  #createFile(path: ByteString): { readonly fd: number; readonly temporary: string | undefined } {
    try {
      return { fd: openSync(this.#at(path), newFileFlags, 0o600), temporary: undefined };
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      this.#refuseFolder(path);
      const temporary = `.gantry-${randomHex(8)}`;
      return { fd: openSync(this.#at(path, temporary), newFileFlags, 0o600), temporary };
    }
  }

  #moveIn(fd: number, path: ByteString, temporary: string, entry: TarEntry): void {
    try {
      renameSync(this.#at(path, temporary), this.#at(path));
    } catch (error) {
      // A file that is a mount of its own (`/etc/hosts`) cannot be replaced, but written.
      if (isErrno(error, 'EBUSY')) this.#overwrite(fd, path, entry);
      else if (isErrno(error, 'EISDIR')) this.#refuseFolder(path);
      else throw error;
      unlinkSync(this.#at(path, temporary));
    }
  }

  #overwrite(from: number, path: ByteString, entry: TarEntry): void {
    const to = openSync(this.#at(path), constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
    try {
      const block = Buffer.allocUnsafe(256 * 1024);
      for (let position = 0; ; ) {
        const length = readSync(from, block, 0, block.length, position);
        if (length === 0) break;
        for (let done = 0; done < length; ) done += writeSync(to, block, done, length - done);
        position += length;
      }
      describeOpenFile(to, this.#at(path), entry, this.#options.rights);
    } finally {
      closeSync(to);
    }
  }

  /** What has no content is made anew; only a folder stands in its way. */
  #replace(path: ByteString, make: (at: string | Buffer) => void): void {
    try {
      make(this.#at(path));
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      this.#refuseFolder(path);
      ignoringAbsence(() => unlinkSync(this.#at(path)));
      make(this.#at(path));
    }
  }

  #refuseFolder(path: ByteString): void {
    if (lstatSync(this.#at(path), { throwIfNoEntry: false })?.isDirectory() !== true) return;
    throw copyError(
      'is-a-folder',
      `cannot overwrite directory ${shown(path)} with non-directory ${shown(path)}`,
    );
  }

  /** Where an entry is, or another name in its folder. */
  #at(path: ByteString, name: ByteString = baseOf(path)): string | Buffer {
    return this.#folder(parentOf(path)).path(name);
  }

  #folder(path: ByteString): HeldFolder {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const folder = heldFolder(this.#openOrMake(path));
    const [oldest] = this.#open;
    if (this.#open.size >= mostOpen && oldest !== undefined) {
      this.#open.delete(oldest[0]);
      oldest[1][Symbol.dispose]();
    }
    this.#open.set(path, folder);
    return folder;
  }

  /** Parents without an entry of their own get 0755. */
  #openOrMake(path: ByteString): number {
    try {
      return this.#options.openFolder(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT') || path === '') throw error;
      mkdirSync(this.#at(path), 0o755);
      return this.#options.openFolder(path);
    }
  }
}

function makeNodeAt(at: string | Buffer, entry: TarEntry): void {
  if (entry.type === 'fifo') makeNode(at, 'fifo', 0o600);
  else {
    const device = deviceNumber(entry.deviceMajor, entry.deviceMinor);
    makeNode(at, entry.type === 'block' ? 'block' : 'char', 0o600, device);
  }
}

function ignoringAbsence(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function shown(path: ByteString): string {
  return JSON.stringify(`/${displayText(path)}`);
}
