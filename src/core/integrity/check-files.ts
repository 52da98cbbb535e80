import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasRemains } from '../containers/container-remains.ts';
import { tryLockFile } from '../host/lock-file.ts';
import { lookAt } from '../host/look-at.ts';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import { removeTree } from '../host/remove-tree.ts';
import type { CheckContext, Problem } from './problem.ts';

/** Files and folders that were to be there for a moment only, and locks of what is gone. */
export function* checkFiles({ services, containers }: CheckContext): Generator<Problem> {
  const { dirs } = services;
  for (const name of ownNamesIn(dirs.temp)) {
    // Builds have a check of their own; the rest is on its way out, or was when its remover was killed.
    if (/^build-[0-9a-f]{16}$/.test(name)) continue;
    yield strayFile(join(dirs.temp, name));
  }
  const caches = ownNamesIn(dirs.cache).map((name) => join(dirs.cache, name));
  for (const dir of [dirs.cache, dirs.volumes, ...caches.filter((path) => folderState(path) === 'folder')]) {
    yield* strayFilesIn(dir, ownNamesIn(dir));
  }
  // The root itself may be reached by a link.
  yield* strayFilesIn(dirs.root, readdirSync(dirs.root));
  for (const name of ownNamesIn(dirs.locks)) {
    const id = /^container-([0-9a-f]{64})$/.exec(name)?.[1];
    if (id === undefined || containers.records.has(id) || hasRemains(dirs, id)) continue;
    const path = join(dirs.locks, name);
    if (lookAt(path)?.isFile() !== true) continue;
    yield {
      code: 'stray-lock',
      severity: 'leftover',
      subject: path,
      message: `the lock ${path} is of a container that is not here`,
      remedy: 'remove it',
      done: 'removed',
      mend: () => {
        using lock = tryLockFile(path);
        if (lock !== undefined && !containers.records.has(id)) rmSync(path, { force: true });
      },
    };
  }
}

/** Whoever writes such a file renames it within moments. */
const momentMs = 600_000;

function* strayFilesIn(dir: string, names: readonly string[]): Generator<Problem> {
  for (const name of names) {
    const path = join(dir, name);
    if (name.endsWith('.tmp') && isOldFile(path)) yield strayFile(path);
  }
}

function isOldFile(path: string): boolean {
  const stat = lookAt(path);
  return stat?.isFile() === true && Date.now() - stat.mtimeMs > momentMs;
}

function strayFile(path: string): Problem {
  return {
    code: 'stray-file',
    severity: 'leftover',
    subject: path,
    message: `${path} was left by a process that was killed`,
    remedy: 'remove it',
    done: 'removed',
    mend: () => removeTree(path),
  };
}
