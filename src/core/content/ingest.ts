import { createHash, type Hash } from 'node:crypto';
import { constants, mkdirSync, openSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { type Digest, digestAlgorithm } from '../../oci/digest.ts';
import { syncFolder } from '../host/durable-file.ts';
import { type EarlyWriteback, earlyWriteback } from '../host/early-writeback.ts';
import { type FileLock, lockFile } from '../host/lock-file.ts';
import { storeError } from '../host/store-error.ts';
import type { Lease } from '../metadata/metadata.ts';
import { type ByteRange, ByteRanges } from './byte-ranges.ts';
import type { ContentInfo, ContentStore, Ingest } from './content-store.ts';
import { ingestName } from './ingest-name.ts';
import { matchesDigest } from './matches-digest.ts';
import { readRangeFile, removeRangeFile, writeRangeFile } from './range-file.ts';

export interface IngestRequest {
  readonly store: Pick<ContentStore, 'info' | 'path' | 'setAside'>;
  /** Folder of all ingests. */
  readonly ingests: string;
  readonly expected: ContentInfo | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens a blob for writing. Its file carries a lock as long as someone writes it; one with an expected digest is named
 * after it, so that whoever comes next goes on with it.
 */
export async function openIngest(request: IngestRequest): Promise<Ingest> {
  const { ingests, expected, signal } = request;
  const present = await presentBlob(request);
  if (present !== undefined) return new PresentIngest(present, request.store.path(present.digest));
  const path = join(ingests, ingestName(expected?.digest));
  const lock = await lockIngest(path, signal);
  try {
    // Its writer of before may have finished while we waited.
    const committed = await presentBlob(request);
    if (committed !== undefined) {
      await rm(path, { force: true });
      lock[Symbol.dispose]();
      return new PresentIngest(committed, request.store.path(committed.digest));
    }
    return await openFile(request, path, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw storeError(error, path);
  }
}

async function openFile({ store, expected }: IngestRequest, path: string, lock: FileLock): Promise<Ingest> {
  const file = await open(path, 'r+');
  try {
    const ingest = new FileIngest(store, expected, lock, file);
    await ingest.resume();
    return ingest;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function lockIngest(path: string, signal: AbortSignal | undefined): Promise<FileLock> {
  try {
    return await lockFile(path, { signal });
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * The blob that is here already. One of another size than is expected is looked at: it is damaged and gives way, or
 * whoever names its size is wrong (`corrupt` / `size-mismatch`).
 */
async function presentBlob({ store, expected, signal }: IngestRequest): Promise<ContentInfo | undefined> {
  const present = expected && store.info(expected.digest);
  if (present === undefined || present.sizeBytes === expected?.sizeBytes) return present;
  if (await matchesDigest(store.path(present.digest), present.digest, signal)) {
    throw mismatch(
      'size-mismatch',
      expected as ContentInfo,
      `has ${present.sizeBytes} bytes where ${expected?.sizeBytes} were expected`,
    );
  }
  await store.setAside(present.digest)?.remove();
  return undefined;
}

const readBackBytes = 256 * 1024;
/** How much of what came is asked for again after a kill: that of so long. */
const mapEveryMs = 500;

class FileIngest implements Ingest {
  readonly #store: IngestRequest['store'];
  readonly #expected: ContentInfo | undefined;
  readonly #lock: FileLock;
  readonly #file: FileHandle;
  readonly #writeback: EarlyWriteback;
  readonly #algorithm: string;
  #ranges = new ByteRanges();
  /** Digest of the first so many bytes; the rest of what is there is read back for it. */
  #hash: Hash;
  #hashedBytes = 0;
  #buffer: Buffer | undefined;
  /** A map of holes lies beside the file. */
  #mapped = false;
  #mappedAtMs = 0;
  #open = true;

  constructor(
    store: IngestRequest['store'],
    expected: ContentInfo | undefined,
    lock: FileLock,
    file: FileHandle,
  ) {
    this.#store = store;
    this.#expected = expected;
    this.#lock = lock;
    this.#file = file;
    this.#writeback = earlyWriteback(() => file.datasync());
    this.#algorithm = expected === undefined ? 'sha256' : digestAlgorithm(expected.digest);
    this.#hash = createHash(this.#algorithm);
  }

  get offset(): number {
    return this.#ranges.prefixEnd;
  }

  gaps(): readonly ByteRange[] {
    return this.#ranges.gaps(this.#expected?.sizeBytes ?? 0);
  }

  /** Takes what lies there from a broken try. */
  async resume(): Promise<void> {
    const { size } = await this.#file.stat();
    const ranges = readRangeFile(this.#lock.path, size);
    this.#mapped = ranges !== 'none';
    if (ranges === undefined || size === 0 || size > (this.#expected?.sizeBytes ?? 0)) return this.reset();
    this.#ranges = ranges === 'none' ? new ByteRanges([{ start: 0, end: size }]) : ranges;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const position = this.offset;
    const isRead = this.#hashedBytes === position;
    // Begun, not awaited: the disk and the digest work at the same time.
    const written = this.writeAt(position, chunk);
    if (isRead) {
      this.#hash.update(chunk);
      this.#hashedBytes += chunk.length;
    }
    await written;
  }

  async writeAt(position: number, chunk: Uint8Array): Promise<void> {
    const end = position + chunk.length;
    if (this.#expected !== undefined && end > this.#expected.sizeBytes) {
      await this.#discard();
      throw mismatch(
        'size-mismatch',
        this.#expected,
        `has more than the ${this.#expected.sizeBytes} bytes it should have`,
      );
    }
    try {
      if (position > this.offset && !this.#mapped) this.#writeMap();
      await writeAll(this.#file, chunk, position);
    } catch (error) {
      throw GantryError.from(error);
    }
    this.#ranges.add({ start: position, end });
    this.#writeback.wrote(chunk.length);
    if (this.#mapped && performance.now() - this.#mappedAtMs > mapEveryMs) this.#writeMap();
  }

  async readOn(): Promise<Uint8Array | undefined> {
    const there = this.offset - this.#hashedBytes;
    if (there === 0) return undefined;
    this.#buffer ??= Buffer.allocUnsafeSlow(
      Math.min(this.#expected?.sizeBytes ?? readBackBytes, readBackBytes),
    );
    const buffer = this.#buffer;
    const { bytesRead } = await this.#file.read(buffer, 0, Math.min(there, buffer.length), this.#hashedBytes);
    // Shorter than it was: cut by someone else, or by a crash. The digest tells.
    if (bytesRead === 0) throw await this.#damaged(`has only ${this.#hashedBytes} bytes on disk`);
    const chunk = buffer.subarray(0, bytesRead);
    this.#hash.update(chunk);
    this.#hashedBytes += bytesRead;
    return chunk;
  }

  openToRead(): number {
    return openSync(this.#lock.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  }

  async reset(): Promise<void> {
    await this.#file.truncate(0);
    this.#removeMap();
    this.#ranges = new ByteRanges();
    this.#hash = createHash(this.#algorithm);
    this.#hashedBytes = 0;
  }

  async digest(): Promise<Digest> {
    while ((await this.readOn()) !== undefined);
    return `${this.#algorithm}:${this.#hash.copy().digest('hex')}` as Digest;
  }

  async commit(lease?: Lease): Promise<ContentInfo> {
    const expected = this.#expected;
    const sizeBytes = this.#ranges.sizeBytes;
    if (expected !== undefined && sizeBytes !== expected.sizeBytes) {
      await this.#discard();
      throw mismatch(
        'size-mismatch',
        expected,
        `has ${sizeBytes} bytes where ${expected.sizeBytes} were expected`,
      );
    }
    const digest = await this.digest();
    if (expected !== undefined && digest !== expected.digest) throw await this.#damaged(`came as ${digest}`);
    lease?.protect({ kind: 'content', key: digest });
    try {
      const target = this.#store.path(digest);
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      await this.#writeback.settled();
      await this.#file.sync();
      this.#removeMap();
      await rename(this.#lock.path, target);
      syncFolder(dirname(target));
    } catch (error) {
      throw storeError(error, this.#store.path(digest));
    }
    await this.#close();
    return { digest, sizeBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    if (this.#expected === undefined || this.#ranges.sizeBytes === 0) return this.#discard();
    if (this.#mapped) this.#writeMap();
    await this.#close();
  }

  async #damaged(what: string): Promise<GantryError> {
    await this.#discard();
    return mismatch('digest-mismatch', this.#expected as ContentInfo, what);
  }

  /** The file goes while we still hold it: nobody can have begun another under its name. */
  async #discard(): Promise<void> {
    if (this.#open) {
      await rm(this.#lock.path, { force: true });
      this.#removeMap();
    }
    await this.#close();
  }

  #writeMap(): void {
    writeRangeFile(this.#lock.path, this.#ranges);
    this.#mapped = true;
    this.#mappedAtMs = performance.now();
  }

  #removeMap(): void {
    if (this.#mapped) removeRangeFile(this.#lock.path);
    this.#mapped = false;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
    this.#lock[Symbol.dispose]();
  }
}

/** The blob is here already: everything is written before it begins. */
class PresentIngest implements Ingest {
  readonly offset: number;
  readonly #info: ContentInfo;
  readonly #path: string;

  constructor(info: ContentInfo, path: string) {
    this.#info = info;
    this.#path = path;
    this.offset = info.sizeBytes;
  }

  async write(): Promise<void> {}
  async writeAt(): Promise<void> {}
  gaps(): readonly ByteRange[] {
    return [];
  }
  async readOn(): Promise<undefined> {}
  openToRead(): number {
    return openSync(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
  }
  async reset(): Promise<void> {}
  async digest(): Promise<Digest> {
    return this.#info.digest;
  }
  async commit(): Promise<ContentInfo> {
    return this.#info;
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

function mismatch(
  code: 'size-mismatch' | 'digest-mismatch',
  expected: ContentInfo,
  what: string,
): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code,
    message: `content ${expected.digest} ${what}`,
    hint: 'what was sent is damaged or not what was asked for; try again, and if it stays, ask the registry',
    details: { digest: expected.digest },
  });
}
