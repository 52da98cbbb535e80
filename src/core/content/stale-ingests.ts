import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { tryLockFile } from '../host/lock-file.ts';
import { lookAt } from '../host/look-at.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import type { ContentStore, StrayFile } from './content-store.ts';
import { isAnonymousIngest } from './ingest-name.ts';
import { ingestNameOf } from './range-file.ts';
import { sizeOnDisk } from './size-on-disk.ts';

/**
 * What broken writes left and nobody writes now: at once what cannot be resumed or is whole elsewhere, else what was
 * not touched for `olderThanMs`. An ingest goes with its map.
 */
export function staleIngests(
  store: Pick<ContentStore, 'has'>,
  contentDir: string,
  olderThanMs: number,
): readonly StrayFile[] {
  const ingests = join(contentDir, 'ingest');
  const stale: StrayFile[] = [];
  for (const [name, files] of Map.groupBy(ownNamesIn(contentDir, 'ingest'), ingestNameOf)) {
    const path = join(ingests, name);
    // Its own file last: it is what the lock is on.
    const paths = [...files.filter((file) => file !== name), name].map((file) => join(ingests, file));
    if (!paths.every(isFileOrGone) || !isStale(store, name, path, olderThanMs)) continue;
    // Locking makes the file where only its map was left, so that nobody begins it anew meanwhile.
    using lock = tryLockFile(path);
    if (lock === undefined) continue;
    const sizeBytes = paths.reduce((sum, file) => sum + sizeOnDisk(file), 0);
    const digest = resumable(store, name);
    stale.push({ path, sizeBytes, digest, isForeign: false, remove: () => removeUnlocked(path, paths) });
  }
  return stale;
}

function isFileOrGone(path: string): boolean {
  return lookAt(path)?.isFile() !== false;
}

function isStale(store: Pick<ContentStore, 'has'>, name: string, path: string, olderThanMs: number): boolean {
  if (resumable(store, name) === undefined) return true;
  const stat = lookAt(path);
  return stat === undefined || Date.now() - stat.mtimeMs >= olderThanMs;
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
