import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ContentInfo } from '../content/content-store.ts';
import type { CoreServices } from '../core-services.ts';
import { decompress } from '../layers/decompress.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';
import { TarParser } from '../layers/tar/tar-parser.ts';
import type { Lease } from '../metadata/metadata.ts';
import { ArchiveFiles, type ArchiveFollower, type FileWriter } from './archive-files.ts';
import { ArchiveLinks, archiveName, blobDigest, mostArchivedFiles } from './archive-names.ts';

export interface ArchivedFile {
  readonly sizeBytes: number;
  /** Undefined: nobody has read all of it yet. */
  readonly digest: Digest | undefined;
}

/** The files of an image archive. They wait outside of the content store; disposing drops those nobody kept. */
export interface ImageArchive extends AsyncDisposable {
  /** Follows links inside the archive. Undefined: no such file. */
  find(path: string): ArchivedFile | undefined;
  /** A document of at most 4 MiB. Rejects `invalid` / `bad-archive` when it is not there. */
  read(path: string): Promise<Uint8Array>;
  /** Brings a file into the content store under the lease. Rejects `invalid` / `bad-archive` when it is not there. */
  keep(path: string): Promise<ContentInfo>;
}

/**
 * Reads a tar of an image archive, plain or compressed. Names do not become paths on disk. Files that call themselves
 * `blobs/sha256/HEX` must have that digest, and so must what a link of such a name leads to.
 */
export async function readArchive(
  services: Pick<CoreServices, 'content'>,
  lease: Lease,
  archive: AsyncIterable<Uint8Array>,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (doneBytes: number) => void;
    readonly follower?: ArchiveFollower | undefined;
  },
): Promise<ImageArchive> {
  await using opened = new AsyncDisposableStack();
  const files = opened.use(new ArchiveFiles(services.content, lease, options));
  const links = new ArchiveLinks();
  const parser = new TarParser();
  let writer: FileWriter | undefined;
  let doneBytes = 0;
  const begin = async (entry: TarEntry): Promise<void> => {
    if (files.count + links.count > mostArchivedFiles) {
      throw badArchive(`it has more than ${mostArchivedFiles} files`);
    }
    links.add(entry);
    if (entry.type !== 'file') return;
    const path = archiveName(entry.path);
    writer = await files.open(path, entry.sizeBytes, blobDigest(path));
  };
  for await (const piece of decompress(archive)) {
    options.signal.throwIfAborted();
    for (const event of parser.feed(piece)) {
      if (event.kind === 'entry') await begin(event.entry);
      else if (event.kind !== 'end') await writer?.write(event.chunk, event.offset);
      else {
        await writer?.end();
        writer = undefined;
      }
    }
    doneBytes += piece.length;
    options.onProgress(doneBytes);
  }
  parser.finish();

  const resolve = (name: string): string => links.resolve(name, (path) => files.find(path) !== undefined);
  const find = (name: string): ContentInfo | undefined => {
    const file = files.find(resolve(name));
    const named = blobDigest(name);
    if (file === undefined || named === undefined || file.digest === named) return file;
    throw badArchive(`${name} is ${file.digest}`);
  };
  const missing = (name: string): GantryError => badArchive(`${name} is missing in it`);
  const held = opened.move();
  return {
    find,
    async read(name) {
      find(name);
      const bytes = await files.read(resolve(name), documentLimitBytes);
      if (bytes === undefined) throw missing(name);
      return bytes;
    },
    async keep(name) {
      find(name);
      const kept = await files.keep(resolve(name));
      if (kept === undefined) throw missing(name);
      return kept;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export function badArchive(why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-archive',
    message: `invalid image archive: ${why}`,
    hint: 'A tar of a file system, not of an image, is brought in with "gantry import".',
  });
}
