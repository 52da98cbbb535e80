import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CoreServices } from '../../core-services.ts';
import { type FileLock, tryLockFile } from '../../host/lock-file.ts';
import { folderState, ownNamesIn } from '../../host/own-folder.ts';
import { randomHex } from '../../host/random-hex.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { clearAbandonedTurns } from './step-turn.ts';

const prefix = 'build-';
const contextName = 'context';
const sharedName = 'shared';

/**
 * What a build has on the disk while it works: a folder for scratch files and the keys of snapshots it is filling. A
 * lock held by the process says that they are in use; of a build that was killed, the next one clears away both.
 */
export interface Workspace extends AsyncDisposable {
  /** Sixteen hexadecimal digits. */
  readonly id: string;
  /**
   * Path for a step's scratch folder, whose parent exists. Its name, 64 hexadecimal digits, is the ID of the step's
   * container: so it is found and ended when the build was killed.
   */
  scratchDir(): string;
  /** A folder for a context that is brought here. */
  contextDir(): string;
  /**
   * A folder that several steps read, whose parent exists, filled by who asks for `key` first. Rejects, for all who wait
   * for it, with what went wrong.
   */
  shared(key: string, fill: (dir: string) => Promise<void>): Promise<string>;
  /** A new key for a snapshot to be filled. */
  snapshotKey(): string;
}

/** Ends the container of a step, if it still runs. */
export type EndStep = (id: string, dir: string) => Promise<void>;

/** Makes one, after clearing away those of dead builds. */
export async function openWorkspace(services: CoreServices, endStep: EndStep): Promise<Workspace> {
  const { dirs } = services;
  await clearAbandonedBuilds(services, endStep);
  for (;;) {
    const id = randomHex(8);
    const lock = tryLockFile(lockPath(services, id));
    if (lock === undefined) continue;
    const dir = join(dirs.temp, prefix + id);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return {
      id,
      scratchDir: () => join(dir, randomHex(32)),
      contextDir() {
        const context = join(dir, contextName);
        mkdirSync(context, { mode: 0o755 });
        return context;
      },
      shared: sharedFolders(join(dir, sharedName)),
      snapshotKey: () => `${prefix}${id}-${randomHex(4)}`,
      [Symbol.asyncDispose]: async () => discard(services, id, lock),
    };
  }
}

function sharedFolders(parent: string): Workspace['shared'] {
  const folders = new Map<string, Promise<string>>();
  return (key, fill) => {
    const made = folders.get(key) ?? makeShared(join(parent, randomHex(8)), fill);
    folders.set(key, made);
    return made;
  };
}

async function makeShared(dir: string, fill: (dir: string) => Promise<void>): Promise<string> {
  mkdirSync(dirname(dir), { recursive: true, mode: 0o700 });
  await fill(dir);
  return dir;
}

/** Builds that have left something and hold no lock: they were killed. */
export function findAbandonedBuilds(services: CoreServices): readonly string[] {
  return [...buildsOnDisk(services)].filter((id) => {
    using lock = tryLockFile(lockPath(services, id));
    return lock !== undefined;
  });
}

function buildsOnDisk(services: CoreServices): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { key, kind } of services.snapshots.list()) {
    const id = kind === 'active' ? /^build-([0-9a-f]{16})-/.exec(key)?.[1] : undefined;
    if (id !== undefined) ids.add(id);
  }
  for (const name of ownNamesIn(services.dirs.temp)) {
    const id = /^build-([0-9a-f]{16})$/.exec(name)?.[1];
    if (id !== undefined) ids.add(id);
  }
  for (const name of ownNamesIn(services.dirs.locks)) {
    const id = /^build-([0-9a-f]{16})$/.exec(name)?.[1];
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

/** Ends the steps of killed builds and removes all there is of them. */
export async function clearAbandonedBuilds(services: CoreServices, endStep: EndStep): Promise<void> {
  for (const id of buildsOnDisk(services)) {
    const lock = tryLockFile(lockPath(services, id));
    if (lock === undefined) continue;
    const dir = join(services.dirs.temp, prefix + id);
    const steps = folderState(dir) === 'folder' ? ownNamesIn(dir) : [];
    for (const step of steps) if (/^[0-9a-f]{64}$/.test(step)) await endStep(step, join(dir, step));
    await discard(services, id, lock);
  }
  clearAbandonedTurns(services.dirs);
}

/** Removes all there is of a build. The lock goes last: who finds it free may do the same again. */
async function discard(services: CoreServices, id: string, lock: FileLock): Promise<void> {
  using _lock = lock;
  const keys = [...services.snapshots.list()].map(({ key }) => key);
  for (const key of keys) if (key.startsWith(`${prefix}${id}-`)) await services.snapshots.remove(key);
  await removeTree(join(services.dirs.temp, prefix + id));
  rmSync(lock.path, { force: true });
}

function lockPath({ dirs }: CoreServices, id: string): string {
  return join(dirs.locks, prefix + id);
}
