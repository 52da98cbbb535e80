import { constants, mkdirSync, renameSync, statSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { type Digest, digestAlgorithm, digestHex, isDigest } from '../../oci/digest.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { isErrno } from '../host/system-error.ts';
import type { ContentInfo, ContentStore } from './content-store.ts';
import { ingestName } from './ingest-name.ts';

/**
 * The content store below `dirs.content`: `blobs/<algorithm>/<hex>` for what is whole and verified, `ingest/` for what
 * is being written. Opening it touches nothing.
 */
export function openContentStore(dirs: Pick<EngineDirs, 'content'>): ContentStore {
  const blobs = join(dirs.content, 'blobs');
  const ingests = join(dirs.content, 'ingest');
  const path = (digest: Digest) => join(blobs, digestAlgorithm(digest), digestHex(digest));
  const info = (digest: Digest): ContentInfo | undefined => {
    const stat = statSync(path(digest), { throwIfNoEntry: false });
    return stat === undefined ? undefined : { digest, sizeBytes: stat.size };
  };

  const store: ContentStore = {
    has: (digest) => info(digest) !== undefined,
    info,
    path,
    read: (digest, limitBytes) => readBlob(path(digest), digest, limitBytes),

    async ingest(expected, options) {
      const { openIngest } = await import('./ingest.ts');
      return openIngest({ store, ingests, expected, signal: options?.signal });
    },

    async put(bytes) {
      const { sha256 } = await import('../../oci/sha256.ts');
      const digest = sha256(bytes);
      await using ingest = await store.ingest({ digest, sizeBytes: bytes.length });
      if (ingest.offset < bytes.length) {
        await ingest.reset();
        await ingest.write(bytes);
      }
      return await ingest.commit();
    },

    async delete(digest) {
      try {
        await rm(path(digest));
        return true;
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return false;
        throw GantryError.from(error);
      }
    },

    setAside(digest) {
      const aside = join(ingests, ingestName());
      try {
        renameSync(path(digest), aside);
        return { remove: () => rm(aside, { force: true }) };
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw GantryError.from(error);
        // Nothing of that digest, or no folder for ingests yet.
        if (info(digest) === undefined) return undefined;
        mkdirSync(ingests, { recursive: true, mode: 0o700 });
        return store.setAside(digest);
      }
    },

    async *list() {
      for (const algorithm of ['sha256', 'sha512']) {
        for (const name of await namesIn(join(blobs, algorithm))) {
          const digest = `${algorithm}:${name}`;
          const found = isDigest(digest) ? info(digest as Digest) : undefined;
          if (found !== undefined) yield found;
        }
      }
    },

    async leftovers(olderThanMs) {
      const { foreignFiles, staleIngests } = await import('./stale-ingests.ts');
      return [...(await staleIngests(store, ingests, olderThanMs)), ...(await foreignFiles(blobs))];
    },
  };
  return store;
}

async function readBlob(path: string, digest: Digest, limitBytes: number): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT')) throw GantryError.from(cause);
    throw new GantryError({
      kind: 'not-found',
      code: 'blob-not-found',
      message: `content ${digest} is not here`,
      details: { digest },
      cause,
    });
  }
  try {
    const { size } = await file.stat();
    if (size > limitBytes) {
      throw new GantryError({
        kind: 'corrupt',
        code: 'blob-too-large',
        message: `content ${digest} has ${size} bytes where at most ${limitBytes} were expected`,
        details: { digest },
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw GantryError.from(error);
  }
}
