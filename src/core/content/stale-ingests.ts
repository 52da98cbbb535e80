import { lstatSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { tryLockFile } from '../host/lock-file.ts';
import { isErrno } from '../host/system-error.ts';
import type { ContentStore, StrayFile } from './content-store.ts';
import { isAnonymousIngest } from './ingest-name.ts';
import { ingestNameOf } from './range-file.ts';

/**
 * What broken writes left and nobody writes now: at once what cannot be resumed or is whole elsewhere, else what was
 * not touched for `olderThanMs`. An ingest goes with its map.
 */
export async function staleIngests(
  store: Pick<ContentStore, 'has'>,
  ingests: string,
  olderThanMs: number,
): Promise<readonly StrayFile[]> {
  const stale: StrayFile[] = [];
  for (const [name, files] of Map.groupBy(await namesIn(ingests), ingestNameOf)) {
    const path = join(ingests, name);
    if (!(await isStale(store, name, path, olderThanMs))) continue;
    // Locking makes the file where only its map was left, so that nobody begins it anew meanwhile.
    using lock = tryLockFile(path);
    if (lock === undefined) continue;
    // Its own file last: it is what the lock is on.
    const paths = [...files.filter((file) => file !== name), name].map((file) => join(ingests, file));
    const sizeBytes = paths.reduce((sum, file) => sum + sizeOf(file), 0);
    const digest = resumable(store, name);
    stale.push({ path, sizeBytes, digest, isForeign: false, remove: () => removeUnlocked(path, paths) });
  }
  return stale;
}

/** Files among the blobs whose names are no digests. */
export async function foreignFiles(blobs: string): Promise<readonly StrayFile[]> {
  const foreign: StrayFile[] = [];
  for (const algorithm of await namesIn(blobs)) {
    const dir = join(blobs, algorithm);
    for (const name of await namesIn(dir)) {
      if (isDigest(`${algorithm}:${name}`)) continue;
      const path = join(dir, name);
      foreign.push({
        path,
        sizeBytes: sizeOf(path),
        isForeign: true,
        remove: () => rm(path, { recursive: true, force: true }),
      });
    }
  }
  return foreign;
}

async function isStale(
  store: Pick<ContentStore, 'has'>,
  name: string,
  path: string,
  olderThanMs: number,
): Promise<boolean> {
  if (resumable(store, name) === undefined) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs >= olderThanMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    throw error;
  }
}

/** What an ingest of this name can still become; undefined: nothing, or it is whole elsewhere. */
function resumable(store: Pick<ContentStore, 'has'>, name: string): Digest | undefined {
  const digest = name.replace('-', ':');
  if (isAnonymousIngest(name) || !isDigest(digest) || store.has(digest as Digest)) return undefined;
  return digest as Digest;
}

async function removeUnlocked(path: string, files: readonly string[]): Promise<void> {
  using lock = tryLockFile(path);
  if (lock !== undefined) for (const file of files) await rm(file, { force: true });
}

/** A part-download may have holes, which take no space. */
function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Math.min(stat.size, stat.blocks * 512);
}

/** Names in a folder; none where there is no folder. */
async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
