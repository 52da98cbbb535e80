import type { ByteString } from './byte-string.ts';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/** One member of a tar archive, as its headers say; nothing in it was judged yet. */
export interface TarEntry {
  readonly type: TarEntryType;
  /** As written: may be absolute, hold `..`, end in a slash. */
  readonly path: ByteString;
  /** Target of a symbolic or hard link; empty otherwise. */
  readonly linkPath: ByteString;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content once unpacked. */
  readonly sizeBytes: number;
  /** Whole seconds since 1970, may be negative. */
  readonly mtimeSeconds: number;
  /** 0 to 999999999, to be added. */
  readonly mtimeNanoseconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Extended attributes by full name, `security.capability`. */
  readonly xattrs: ReadonlyMap<ByteString, ByteString>;
}
