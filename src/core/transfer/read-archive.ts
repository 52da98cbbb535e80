import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { ContentInfo } from '../content/content-store.ts';
import type { CoreServices } from '../core-services.ts';
import { decompress } from '../layers/decompress.ts';
import { defaultLimits } from '../layers/default-limits.ts';
import { layerPath } from '../layers/layer-path.ts';
import { displayText } from '../layers/tar/byte-string.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';
import { TarParser } from '../layers/tar/tar-parser.ts';
import type { Lease } from '../metadata/metadata.ts';
import { ArchiveFiles, type FileWriter } from './archive-files.ts';

/** The files of an image archive. They wait outside of the content store; disposing drops those nobody kept. */
export interface ImageArchive extends AsyncDisposable {
  /** Follows links inside the archive. Undefined: no such file. */
  find(path: string): ContentInfo | undefined;
  /** A document of at most 4 MiB. Rejects `invalid` / `bad-archive` when it is not there. */
  read(path: string): Promise<Uint8Array>;
  /** Brings a file into the content store under the lease. Rejects `invalid` / `bad-archive` when it is not there. */
  keep(path: string): Promise<ContentInfo>;
}

const mostFiles = 100_000;
const mostLinks = 20;

/**
 * Reads a tar of an image archive, plain or compressed. Names do not become paths on disk. Files that call themselves
 * `blobs/sha256/HEX` must have that digest, and so must what a link of such a name leads to.
 */
export async function readArchive(
  services: Pick<CoreServices, 'content'>,
  lease: Lease,
  archive: AsyncIterable<Uint8Array>,
  options: { readonly signal: AbortSignal; readonly onProgress: (doneBytes: number) => void },
): Promise<ImageArchive> {
  await using opened = new AsyncDisposableStack();
  const files = opened.use(new ArchiveFiles(services.content, lease, options.signal));
  const links = new Map<string, string>();
  const parser = new TarParser();
  let writer: FileWriter | undefined;
  let doneBytes = 0;
  const begin = async ({ path: name, type, linkPath, sizeBytes }: TarEntry): Promise<void> => {
    const path = nameOf(name);
    if (files.count + links.size > mostFiles) throw badArchive(`it has more than ${mostFiles} files`);
    if (type === 'symlink') links.set(path, nameOf(resolveLink(path, linkPath)));
    else if (type === 'hardlink') links.set(path, nameOf(linkPath));
    else if (type === 'file') writer = await files.open(path, sizeBytes, blobDigest(path));
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

  const resolve = (name: string): string => {
    let at = name.replace(/^(?:\.\/)+/, '');
    for (let steps = 0; steps < mostLinks && files.find(at) === undefined; steps += 1) {
      const target = links.get(at);
      if (target === undefined) break;
      at = target;
    }
    return at;
  };
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

function nameOf(path: string): string {
  return displayText(layerPath(path, defaultLimits));
}

/** Links of archives are relative to the folder they lie in (`../ID/layer.tar`). */
function resolveLink(from: string, target: string): string {
  if (target.startsWith('/')) return target;
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function blobDigest(path: string): Digest | undefined {
  const match = /^blobs\/(sha256|sha512)\/([a-f0-9]+)$/.exec(path);
  const digest = match === null ? '' : `${match[1]}:${match[2]}`;
  return isDigest(digest) ? (digest as Digest) : undefined;
}
