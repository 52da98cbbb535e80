import { constants, mkdirSync, renameSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { type Digest, digestAlgorithm, digestHex, isDigest } from '../../oci/digest.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { lookAt } from '../host/look-at.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import { mendHint, storeError } from '../host/store-error.ts';
import { isErrno } from '../host/system-error.ts';
import type { ContentInfo, ContentStore } from './content-store.ts';
import { ingestName } from './ingest-name.ts';

/** Loaded where it is used: with it comes a dozen more of Node's files. */
const promised = () => process.getBuiltinModule('node:fs/promises');

/**
 * The content store below `dirs.content`: `blobs/<algorithm>/<hex>` for what is whole and verified, `ingest/` for what
 * is being written. Opening it touches nothing.
 */
export function openContentStore(dirs: Pick<EngineDirs, 'content'>): ContentStore {
  const blobs = join(dirs.content, 'blobs');
  const ingests = join(dirs.content, 'ingest');
  const path = (digest: Digest) => join(blobs, digestAlgorithm(digest), digestHex(digest));
  const info = (digest: Digest): ContentInfo | undefined => {
    const stat = lookAt(path(digest));
    return stat?.isFile() === true ? { digest, sizeBytes: stat.size } : undefined;
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
      if (info(digest) === undefined) return false;
      await promised().rm(path(digest), { force: true });
      return true;
    },

    setAside(digest) {
      const aside = join(ingests, ingestName());
      try {
        if (info(digest) === undefined) return undefined;
        mkdirSync(ingests, { recursive: true, mode: 0o700 });
        renameSync(path(digest), aside);
        return { remove: () => promised().rm(aside, { force: true }) };
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return undefined;
        throw storeError(error, ingests);
      }
    },

    async *list() {
      for (const algorithm of ['sha256', 'sha512']) {
        for (const name of ownNamesIn(dirs.content, 'blobs', algorithm)) {
          const digest = `${algorithm}:${name}`;
          const found = isDigest(digest) ? info(digest as Digest) : undefined;
          if (found !== undefined) yield found;
        }
      }
    },

    async leftovers(olderThanMs) {
      const [{ staleIngests }, { foreignFiles }] = await Promise.all([
        import('./stale-ingests.ts'),
        import('./foreign-files.ts'),
      ]);
      return [...staleIngests(store, dirs.content, olderThanMs), ...foreignFiles(dirs.content)];
    },
  };
  return store;
}

async function readBlob(path: string, digest: Digest, limitBytes: number): Promise<Uint8Array> {
  let file: FileHandle;
  try {
    // A pipe in its place would keep us waiting for ever.
    file = await promised().open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) throw GantryError.from(cause);
    throw notHere(digest, cause);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw notHere(digest);
    const { size } = stat;
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

function notHere(digest: Digest, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'blob-not-found',
    message: `content ${digest} is not here`,
    hint: mendHint,
    details: { digest },
    cause,
  });
}
