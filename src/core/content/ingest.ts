import { createHash, type Hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { type Digest, digestAlgorithm } from '../../oci/digest.ts';
import { syncFolder } from '../host/durable-file.ts';
import { type FileLock, lockFile } from '../host/lock-file.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { ContentInfo, ContentStore, Ingest } from './content-store.ts';
import { ingestName } from './ingest-name.ts';

export interface IngestRequest {
  readonly store: Pick<ContentStore, 'info' | 'path'>;
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
  const { store, ingests, expected, signal } = request;
  const present = expected && store.info(expected.digest);
  if (present !== undefined) return new PresentIngest(present);
  const path = join(ingests, ingestName(expected?.digest));
  const lock = await lockFile(path, { signal });
  try {
    // Its writer of before may have finished while we waited.
    const committed = expected && store.info(expected.digest);
    if (committed !== undefined) {
      await rm(path, { force: true });
      lock[Symbol.dispose]();
      return new PresentIngest(committed);
    }
    const file = await open(path, 'r+');
    const ingest = new FileIngest(store, expected, lock, file);
    await ingest.resume();
    return ingest;
  } catch (error) {
    lock[Symbol.dispose]();
    throw GantryError.from(error);
  }
}

class FileIngest implements Ingest {
  readonly #store: IngestRequest['store'];
  readonly #expected: ContentInfo | undefined;
  readonly #lock: FileLock;
  readonly #file: FileHandle;
  readonly #algorithm: string;
  #hash: Hash;
  #offset = 0;
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
    this.#algorithm = expected === undefined ? 'sha256' : digestAlgorithm(expected.digest);
    this.#hash = createHash(this.#algorithm);
  }

  get offset(): number {
    return this.#offset;
  }

  /** Takes what lies there from a broken try: the digest's state is computed anew from the bytes. */
  async resume(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size > (this.#expected?.sizeBytes ?? 0)) return this.reset();
    const buffer = Buffer.allocUnsafe(Math.min(size, 1024 * 1024));
    while (this.#offset < size) {
      const { bytesRead } = await this.#file.read(
        buffer,
        0,
        Math.min(buffer.length, size - this.#offset),
        this.#offset,
      );
      if (bytesRead === 0) return this.reset();
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#offset += bytesRead;
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    const end = this.#offset + chunk.length;
    if (this.#expected !== undefined && end > this.#expected.sizeBytes) {
      await this.#discard();
      throw mismatch(
        'size-mismatch',
        this.#expected,
        `has more than the ${this.#expected.sizeBytes} bytes it should have`,
      );
    }
    try {
      const written = writeAll(this.#file, chunk, this.#offset);
      this.#hash.update(chunk);
      await written;
    } catch (error) {
      throw GantryError.from(error);
    }
    this.#offset = end;
  }

  async reset(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash(this.#algorithm);
    this.#offset = 0;
  }

  async commit(lease?: Lease): Promise<ContentInfo> {
    const expected = this.#expected;
    const sizeBytes = this.#offset;
    if (expected !== undefined && sizeBytes !== expected.sizeBytes) {
      await this.#discard();
      throw mismatch(
        'size-mismatch',
        expected,
        `has ${sizeBytes} bytes where ${expected.sizeBytes} were expected`,
      );
    }
    const digest = `${this.#algorithm}:${this.#hash.digest('hex')}` as Digest;
    if (expected !== undefined && digest !== expected.digest) {
      await this.#discard();
      throw mismatch('digest-mismatch', expected, `came as ${digest}`);
    }
    lease?.protect({ kind: 'content', key: digest });
    try {
      const target = this.#store.path(digest);
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      await this.#file.sync();
      await rename(this.#lock.path, target);
      syncFolder(dirname(target));
    } catch (error) {
      throw GantryError.from(error);
    }
    await this.#close();
    return { digest, sizeBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    if (this.#expected === undefined || this.#offset === 0) await this.#discard();
    else await this.#close();
  }

  /** The file goes while we still hold it: nobody can have begun another under its name. */
  async #discard(): Promise<void> {
    if (this.#open) await rm(this.#lock.path, { force: true });
    await this.#close();
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

  constructor(info: ContentInfo) {
    this.#info = info;
    this.offset = info.sizeBytes;
  }

  async write(): Promise<void> {}
  async reset(): Promise<void> {}
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
