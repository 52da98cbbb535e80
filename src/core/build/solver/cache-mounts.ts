import { hash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BuildCacheEntry } from '../../../engine/builds.ts';
import type { EngineDirs } from '../../engine-dirs.ts';
import { writeFileWhole } from '../../host/durable-file.ts';
import { type FileLock, lockFile, tryLockFile } from '../../host/lock-file.ts';
import { ownNamesIn } from '../../host/own-folder.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { treeUsage } from '../../host/tree-usage.ts';
import type { RunMount } from '../dockerfile/parse-run-mount.ts';

type CacheMount = Extract<RunMount, { type: 'cache' }>;

/** A cache in use. Disposing of the lock lets others have it, or remove it. */
export interface OpenCacheMount {
  readonly dir: string;
  readonly lock: FileLock;
}

/** What a cache begins with: the files of an image, a stage or a context. */
export interface CacheSeed {
  /** Which files: another content is another cache. */
  readonly key: string;
  /** Copies them into a folder that is empty. */
  readonly fill: (dir: string) => Promise<void>;
}

export interface CacheMountRequest extends Pick<CacheMount, 'id' | 'sharing' | 'uid' | 'gid' | 'mode'> {
  readonly seed: CacheSeed | undefined;
}

/**
 * Opens the folder of `RUN --mount=type=cache`: one for each ID, beginning, owner and mode that a Dockerfile names, as
 * in BuildKit. Whoever shares it holds its lock with the others; `locked` waits until nobody does; `private` takes the
 * first that nobody has.
 */
export async function openCacheMount(
  dirs: EngineDirs,
  request: CacheMountRequest,
  signal: AbortSignal,
): Promise<OpenCacheMount> {
  const open = await claim(folderOf(dirs), request, signal);
  // Also says when it was used last.
  writeFileWhole(`${open.dir}.id`, request.id, { durable: false });
  return open;
}

function nameOf({ id, uid, gid, mode, seed }: CacheMountRequest): string {
  const isPlain = seed === undefined && uid === undefined && gid === undefined && mode === undefined;
  const identity = isPlain ? id : JSON.stringify([id, seed?.key, uid, gid, mode]);
  return hash('sha256', identity, 'hex').slice(0, 32);
}

async function claim(
  folder: string,
  request: CacheMountRequest,
  signal: AbortSignal,
): Promise<OpenCacheMount> {
  const name = nameOf(request);
  if (request.sharing === 'private') {
    for (let number = 0; ; number += 1) {
      const dir = join(folder, number === 0 ? name : `${name}-${number}`);
      const lock = tryLockFile(`${dir}.lock`);
      if (lock === undefined) continue;
      return { dir, lock: await afterMaking(dir, request, lock) };
    }
  }
  const dir = join(folder, name);
  const shared = request.sharing === 'shared';
  for (;;) {
    if (shared && !isMade(dir)) {
      // Alone, but never waiting for it: others may share the cache by then for as long as their steps take.
      const alone = tryLockFile(`${dir}.lock`);
      if (alone === undefined) await pause(10, undefined, { signal });
      else (await afterMaking(dir, request, alone))[Symbol.dispose]();
      continue;
    }
    const lock = await lockFile(`${dir}.lock`, { signal, shared });
    if (!shared) return { dir, lock: await afterMaking(dir, request, lock) };
    if (isMade(dir)) return { dir, lock };
    lock[Symbol.dispose]();
  }
}

/** Makes the folder where there is none; `lock`, given back, is ours alone. A cache is whole or is not there. */
async function afterMaking(dir: string, request: CacheMountRequest, lock: FileLock): Promise<FileLock> {
  try {
    if (isMade(dir)) return lock;
    const unfinished = `${dir}.unfinished`;
    await removeTree(unfinished);
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    chmodSync(unfinished, 0o755);
    await request.seed?.fill(unfinished);
    const { uid, gid, mode } = request;
    const made = statSync(unfinished);
    chownSync(unfinished, uid ?? made.uid, gid ?? made.gid);
    if (mode !== undefined) chmodSync(unfinished, mode);
    renameSync(unfinished, dir);
    return lock;
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function isMade(dir: string): boolean {
  return statSync(dir, { throwIfNoEntry: false }) !== undefined;
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
      type: 'exec.cachemount',
      description: `cache mount ${used === undefined ? name : readFileSync(`${dir}.id`, 'utf8')}`,
      sizeBytes: (await treeUsage(dir)).sizeBytes,
      createdAt: made.birthtime.toISOString(),
      lastUsedAt: (used ?? made).mtime.toISOString(),
      inUse: lock === undefined,
      shared: false,
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
    await removeTree(`${dir}.unfinished`);
    await removeTree(dir);
    rmSync(`${dir}.id`, { force: true });
    rmSync(lock.path, { force: true });
    removed.push(id);
  }
  return removed;
}

function folderOf(dirs: EngineDirs): string {
  return join(dirs.cache, folderName);
}

const folderName = 'build-mounts';

function namesOf(dirs: EngineDirs): readonly string[] {
  return ownNamesIn(dirs.cache, folderName).filter((name) => /^[0-9a-f]{32}(?:-\d+)?$/.test(name));
}
