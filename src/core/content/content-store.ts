import type { Digest } from '../../oci/digest.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { ByteRange } from './byte-ranges.ts';

export interface ContentInfo {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/**
 * A blob being written. Bytes go to a temporary file; `commit` verifies, fsyncs and renames. Disposing without a
 * commit keeps the bytes for a later resume when the ingest has an expected digest, else removes them.
 */
export interface Ingest extends AsyncDisposable {
  /** Bytes there from the start without a hole, also from an earlier broken try: continue from here. */
  readonly offset: number;
  /** Appends at `offset`. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Writes anywhere, also beyond a hole, which `offset` leaps over once it is closed; several at once, if they do not
   * overlap. What is there is remembered, also beyond the death of the process. Needs an expected digest.
   */
  writeAt(position: number, chunk: Uint8Array): Promise<void>;
  /** What is not there yet, in order. Needs an expected digest. */
  gaps(): readonly ByteRange[];
  /**
   * The next bytes in order, read back, beginning with the first that were there before this ingest was opened;
   * undefined when it has come up to `offset`. Good until the next call. Bytes given to `write` when nothing was left to read do not come again.
   */
  readOn(): Promise<Uint8Array | undefined>;
  /** Another descriptor of its bytes, to be read while they come; the caller's to close. */
  openToRead(): number;
  /** Of all that is written so far; nothing may be missing of it. */
  digest(): Promise<Digest>;
  /** Starts anew: forgets what was written (a server that cannot resume). */
  reset(): Promise<void>;
  /**
   * Rejects `corrupt` / `digest-mismatch` or `size-mismatch` and removes the bytes. Fine if another process committed
   * the same digest meanwhile. Where the digest was not known before, `lease` protects it from its first moment on.
   */
  commit(lease?: Lease): Promise<ContentInfo>;
}

export interface StrayFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What it is to become: a part-download that can be gone on with. */
  readonly digest?: Digest | undefined;
  /** None of the store's own files. */
  readonly isForeign: boolean;
  /** Looks once more that nobody writes it. */
  remove(): Promise<void>;
}

/** Content-addressed blobs: immutable, verified on the way in. */
export interface ContentStore {
  has(digest: Digest): boolean;
  info(digest: Digest): ContentInfo | undefined;
  /** Where its bytes lie. They must not be changed. */
  path(digest: Digest): string;
  /** Whole; `limitBytes` bounds it (`corrupt` above). Rejects `not-found` / `blob-not-found`. */
  read(digest: Digest, limitBytes: number): Promise<Uint8Array>;
  /**
   * Without `expected` the digest is whatever comes. One writer a digest, in all processes: others wait until it is
   * there (their ingest then has nothing left to write: `offset` is the size) or the writer gave up.
   */
  ingest(expected?: ContentInfo, options?: { readonly signal?: AbortSignal | undefined }): Promise<Ingest>;
  /** Small documents: configs and manifests. */
  put(bytes: Uint8Array): Promise<ContentInfo>;
  /** Whether it was there. */
  delete(digest: Digest): Promise<boolean>;
  /**
   * Takes a blob out of the store by one rename, inside a transaction that decided so. What `remove` then takes off
   * the disk is, when we are killed before, swept by `cleanUp`. Undefined: it was not there.
   */
  setAside(digest: Digest): { remove(): Promise<void> } | undefined;
  list(): AsyncIterable<ContentInfo>;
  /** Files that are no blobs and are not being written: what `cleanUp` would remove, and what does not belong here. */
  leftovers(olderThanMs: number): Promise<readonly StrayFile[]>;
}
