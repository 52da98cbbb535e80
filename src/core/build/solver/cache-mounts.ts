import { hash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildCacheEntry } from '../../../engine/builds.ts';
import type { EngineDirs } from '../../engine-dirs.ts';
import { writeFileWhole } from '../../host/durable-file.ts';
import { type FileLock, lockFile, tryLockFile } from '../../host/lock-file.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { treeUsage } from '../../host/tree-usage.ts';
import type { RunMount } from '../dockerfile/parse-run-mount.ts';

type CacheMount = Extract<RunMount, { type: 'cache' }>;

/** A cache in use. Disposing of the lock lets others have it, or remove it. */
export interface OpenCacheMount {
  readonly dir: string;
  readonly lock: FileLock;
}

/**
 * Opens the folder of `RUN --mount=type=cache`: one for each ID, made with the mount's owner and mode. Whoever shares
 * it holds its lock with the others; `locked` waits until nobody does; `private` takes the first that nobody has.
 */
export async function openCacheMount(
  dirs: EngineDirs,
  mount: Pick<CacheMount, 'id' | 'sharing' | 'uid' | 'gid' | 'mode'>,
  signal: AbortSignal,
): Promise<OpenCacheMount> {
  const name = hash('sha256', mount.id, 'hex').slice(0, 32);
  const { dir, lock } = await claim(folderOf(dirs), name, mount.sharing, signal);
  if (statSync(dir, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chownSync(dir, mount.uid, mount.gid);
    chmodSync(dir, mount.mode);
  }
  // Also says when it was used last.
  writeFileWhole(`${dir}.id`, mount.id, { durable: false });
  return { dir, lock };
}

async function claim(
  folder: string,
  name: string,
  sharing: CacheMount['sharing'],
  signal: AbortSignal,
): Promise<OpenCacheMount> {
  if (sharing !== 'private') {
    const dir = join(folder, name);
    return { dir, lock: await lockFile(`${dir}.lock`, { signal, shared: sharing === 'shared' }) };
  }
  for (let number = 0; ; number += 1) {
    const dir = join(folder, number === 0 ? name : `${name}-${number}`);
    const lock = tryLockFile(`${dir}.lock`);
    if (lock !== undefined) return { dir, lock };
  }
}

/** The caches there are, as entries of the build cache. */
export async function listCacheMounts(dirs: EngineDirs): Promise<readonly BuildCacheEntry[]> {
  const entries: BuildCacheEntry[] = [];
  for (const name of namesOf(dirs)) {
    const dir = join(folderOf(dirs), name);
    const made = statSync(dir, { throwIfNoEntry: false });
    const used = statSync(`${dir}.id`, { throwIfNoEntry: false });
    if (made === undefined) continue;
    using lock = tryLockFile(`${dir}.lock`);
    entries.push({
      id: name,
      description: `cache mount ${used === undefined ? name : readFileSync(`${dir}.id`, 'utf8')}`,
      sizeBytes: (await treeUsage(dir)).sizeBytes,
      createdAt: made.birthtime.toISOString(),
      lastUsedAt: (used ?? made).mtime.toISOString(),
      inUse: lock === undefined,
    });
  }
  return entries;
}

/** Removes caches that no step is using. */
export async function removeCacheMounts(
  dirs: EngineDirs,
  ids: readonly string[],
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const id of ids) {
    const dir = join(folderOf(dirs), id);
    using lock = tryLockFile(`${dir}.lock`);
    if (lock === undefined) continue;
    await removeTree(dir);
    rmSync(`${dir}.id`, { force: true });
    rmSync(lock.path, { force: true });
    removed.push(id);
  }
  return removed;
}

function folderOf(dirs: EngineDirs): string {
  return join(dirs.cache, 'build-mounts');
}

function namesOf(dirs: EngineDirs): readonly string[] {
  try {
    return readdirSync(folderOf(dirs)).filter((name) => /^[0-9a-f]{32}(?:-\d+)?$/.test(name));
  } catch {
    return [];
  }
}
