import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Digest } from '../../oci/digest.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { ContentInfo, ContentStore, Ingest } from '../content/content-store.ts';
import { FileGrowth } from '../layers/file-growth.ts';
import type { GrowingFile } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';

/** Small files wait in memory, all others as unfinished files of the store. */
const mostInMemoryBytes = 64 * 1024 ** 2;
/** Each has a file open. Those beyond are kept whether they are wanted or not. */
const mostWaiting = 1000;

type Held = { readonly bytes: Uint8Array } | { readonly ingest: Ingest } | 'kept';

interface ArchivedFile extends ContentInfo {
  readonly held: Held;
}

/** Told of files that are worth following while they come in. */
export interface ArchiveFollower {
  wants(path: string): boolean;
  /** It comes in; the descriptor is theirs to close. */
  begin(path: string, file: GrowingFile): void;
  /** All of it is here. */
  whole(path: string, digest: Digest): void;
}

/** One file on its way in. */
export interface FileWriter {
  write(chunk: Uint8Array, position: number): Promise<void>;
  /** It is whole. Rejects `corrupt` / `digest-mismatch` where it is not what it had to be. */
  end(): Promise<void>;
}

/**
 * The files of an archive that is read in one pass, and whose index comes last: nobody knows of a file whether it is
 * wanted until then. So they wait outside of the content store, and what was not kept is gone with this.
 */
export class ArchiveFiles implements AsyncDisposable {
  readonly #content: ContentStore;
  readonly #lease: Lease;
  readonly #signal: AbortSignal;
  readonly #follower: ArchiveFollower | undefined;
  readonly #files = new Map<string, ArchivedFile>();
  /** Opened, and not whole yet. */
  #writing: Ingest | undefined;
  #inMemoryBytes = 0;
  #waiting = 0;

  constructor(
    content: ContentStore,
    lease: Lease,
    options: { readonly signal: AbortSignal; readonly follower?: ArchiveFollower | undefined },
  ) {
    this.#content = content;
    this.#lease = lease;
    this.#signal = options.signal;
    this.#follower = options.follower;
  }

  get count(): number {
    return this.#files.size;
  }

  find(path: string): ContentInfo | undefined {
    return this.#files.get(path);
  }

  /** `expected`: the digest it must have. */
  async open(path: string, sizeBytes: number, expected: Digest | undefined): Promise<FileWriter> {
    const isSmall =
      sizeBytes <= documentLimitBytes &&
      this.#inMemoryBytes + sizeBytes <= mostInMemoryBytes &&
      this.#follower?.wants(path) !== true;
    if (isSmall) this.#inMemoryBytes += sizeBytes;
    // sha512 is what only its own kind of ingest works out.
    if (expected?.startsWith('sha512:') === true) return this.#openExpected(path, expected, sizeBytes);
    return isSmall ? this.#openSmall(path, sizeBytes, expected) : this.#openLarge(path, expected);
  }

  /** Brings a file into the content store, protected by the lease. */
  async keep(path: string): Promise<ContentInfo | undefined> {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const { digest, sizeBytes, held } = file;
    this.#lease.protect({ kind: 'content', key: digest });
    if (held !== 'kept' && !this.#content.has(digest)) {
      if ('bytes' in held) await this.#content.put(held.bytes);
      else await held.ingest.commit(this.#lease);
    }
    await this.#set(path, { digest, sizeBytes, held: 'kept' });
    return { digest, sizeBytes };
  }

  /** At most `limitBytes`, or `corrupt`. */
  async read(path: string, limitBytes: number): Promise<Uint8Array | undefined> {
    const held = this.#files.get(path)?.held;
    if (held !== undefined && held !== 'kept' && 'bytes' in held) return held.bytes;
    const kept = await this.keep(path);
    return kept && this.#content.read(kept.digest, limitBytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing?.[Symbol.asyncDispose]();
    for (const { held } of this.#files.values()) await letGo(held);
  }

  #openSmall(path: string, sizeBytes: number, expected: Digest | undefined): FileWriter {
    const bytes = Buffer.alloc(sizeBytes);
    return {
      write: async (chunk, position) => bytes.set(chunk, position),
      end: () => this.#finish(path, { digest: sha256(bytes), sizeBytes, held: { bytes } }, expected),
    };
  }

  async #openLarge(path: string, expected: Digest | undefined): Promise<FileWriter> {
    const ingest = await this.#content.ingest(undefined, { signal: this.#signal });
    this.#writing = ingest;
    const follower = this.#follower?.wants(path) === true ? this.#follower : undefined;
    const growth = follower && new FileGrowth();
    if (growth !== undefined) follower?.begin(path, { fd: ingest.openToRead(), growth });
    return {
      write: async (chunk) => {
        await ingest.write(chunk);
        growth?.reach(ingest.offset);
      },
      end: async () => {
        const file = { digest: await ingest.digest(), sizeBytes: ingest.offset, held: { ingest } };
        await this.#finish(path, file, expected);
        growth?.end(true);
        follower?.whole(path, file.digest);
        this.#waiting += 1;
        if (this.#waiting > mostWaiting) await this.keep(path);
      },
    };
  }

  /** Straight into the store: its digest is known before. */
  async #openExpected(path: string, digest: Digest, sizeBytes: number): Promise<FileWriter> {
    this.#lease.protect({ kind: 'content', key: digest });
    const ingest = await this.#content.ingest({ digest, sizeBytes }, { signal: this.#signal });
    this.#writing = ingest;
    // Half of it may lie here from before, or all of it: the archive has it whole.
    const isPresent = ingest.offset === sizeBytes && sizeBytes > 0;
    if (!isPresent) await ingest.reset();
    return {
      write: async (chunk) => void (isPresent || (await ingest.write(chunk))),
      end: async () => this.#finish(path, { ...(await ingest.commit(this.#lease)), held: 'kept' }, digest),
    };
  }

  async #finish(path: string, file: ArchivedFile, expected: Digest | undefined): Promise<void> {
    if (expected !== undefined && expected !== file.digest) throw mismatch(expected, file.digest);
    this.#writing = undefined;
    await this.#set(path, file);
  }

  async #set(path: string, file: ArchivedFile): Promise<void> {
    const before = this.#files.get(path);
    this.#files.set(path, file);
    if (before !== undefined) await letGo(before.held);
  }
}

async function letGo(held: Held): Promise<void> {
  if (held !== 'kept' && 'ingest' in held) await held.ingest[Symbol.asyncDispose]();
}

function mismatch(expected: Digest, digest: Digest): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'digest-mismatch',
    message: `invalid image archive: ${expected} came as ${digest}`,
    hint: 'It is damaged. Save the image again, or copy the archive again.',
    details: { digest: expected },
  });
}
