import { GantryError } from '../../base/gantry-error.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { CoreServices } from '../core-services.ts';
import { decompress } from '../layers/decompress.ts';
import { defaultLimits } from '../layers/default-limits.ts';
import { layerPath } from '../layers/layer-path.ts';
import { displayText } from '../layers/tar/byte-string.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';
import { TarParser } from '../layers/tar/tar-parser.ts';
import type { Lease } from '../metadata/metadata.ts';

/** The files of an image archive: their bytes lie in the content store, by digest. */
export interface ImageArchive {
  /** Follows links inside the archive. Undefined: no such file. */
  digest(path: string): Digest | undefined;
  /** A document of at most 4 MiB. Rejects `invalid` / `bad-archive` when it is not there. */
  read(path: string): Promise<Uint8Array>;
}

const mostFiles = 100_000;
const mostLinks = 20;

/**
 * Reads a tar of an image archive, plain or compressed, and puts each of its files into the content store under the
 * lease. Names do not become paths on disk. Files that call themselves `blobs/sha256/HEX` must have that digest.
 */
export async function readArchive(
  services: CoreServices,
  lease: Lease,
  archive: AsyncIterable<Uint8Array>,
  options: { readonly signal: AbortSignal; readonly onProgress: (doneBytes: number) => void },
): Promise<ImageArchive> {
  const files = new Map<string, Digest>();
  const links = new Map<string, string>();
  let doneBytes = 0;
  let ingest: Awaited<ReturnType<CoreServices['content']['ingest']>> | undefined;
  let path = '';
  const parser = new TarParser();

  const begin = async (entry: TarEntry): Promise<void> => {
    path = nameOf(entry.path);
    if (files.size + links.size > mostFiles) throw badArchive(`it has more than ${mostFiles} files`);
    if (entry.type === 'symlink') links.set(path, nameOf(resolveLink(path, entry.linkPath)));
    else if (entry.type === 'hardlink') links.set(path, nameOf(entry.linkPath));
    else if (entry.type === 'file') {
      const expected = blobDigest(path);
      if (expected !== undefined) lease.protect({ kind: 'content', key: expected });
      const wanted = expected && { digest: expected, sizeBytes: entry.sizeBytes };
      ingest = await services.content.ingest(wanted, { signal: options.signal });
      // Half of it may lie here from before, or all of it: the archive has it whole.
      if (ingest.offset < entry.sizeBytes) await ingest.reset();
    }
  };
  const end = async (): Promise<void> => {
    if (ingest === undefined) return;
    const { digest } = await ingest.commit(lease);
    await ingest[Symbol.asyncDispose]();
    ingest = undefined;
    files.set(path, digest);
  };

  try {
    for await (const piece of decompress(archive)) {
      options.signal.throwIfAborted();
      for (const event of parser.feed(piece)) {
        if (event.kind === 'entry') await begin(event.entry);
        else if (event.kind === 'end') await end();
        else if (ingest !== undefined && event.offset >= ingest.offset) await ingest.write(event.chunk);
      }
      doneBytes += piece.length;
      options.onProgress(doneBytes);
    }
    parser.finish();
  } finally {
    await ingest?.[Symbol.asyncDispose]();
  }

  const digest = (name: string): Digest | undefined => {
    let at = name.replace(/^(?:\.\/)+/, '');
    for (let steps = 0; steps < mostLinks; steps += 1) {
      const found = files.get(at);
      const target = links.get(at);
      if (found !== undefined || target === undefined) return found;
      at = target;
    }
    return undefined;
  };
  return {
    digest,
    async read(name) {
      const found = digest(name);
      if (found === undefined) throw badArchive(`${name} is missing in it`);
      return services.content.read(found, documentLimitBytes);
    },
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
