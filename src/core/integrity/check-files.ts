import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tryLockFile } from '../host/lock-file.ts';
import { removeTree } from '../host/remove-tree.ts';
import { namesIn } from './check-containers.ts';
import type { CheckContext, Problem } from './problem.ts';

/** Files and folders that were to be there for a moment only, and locks of what is gone. */
export function* checkFiles({ services, containers }: CheckContext): Generator<Problem> {
  const { dirs } = services;
  for (const name of namesIn(dirs.temp)) {
    // Builds have a check of their own; the rest is on its way out, or was when its remover was killed.
    if (/^build-[0-9a-f]{16}$/.test(name)) continue;
    yield strayFile(join(dirs.temp, name));
  }
  for (const dir of [
    dirs.root,
    dirs.cache,
    dirs.volumes,
    ...namesIn(dirs.cache).map((name) => join(dirs.cache, name)),
  ]) {
    for (const name of namesIn(dir)) {
      const path = join(dir, name);
      if (name.endsWith('.tmp') && isOld(path)) yield strayFile(path);
    }
  }
  for (const name of namesIn(dirs.locks)) {
    const id = /^container-([0-9a-f]{64})$/.exec(name)?.[1];
    if (id === undefined || containers.records.has(id)) continue;
    const path = join(dirs.locks, name);
    yield {
      code: 'stray-lock',
      severity: 'leftover',
      subject: path,
      message: `the lock ${path} is of a container that is not here`,
      remedy: 'remove it',
      mend: () => {
        using lock = tryLockFile(path);
        if (lock !== undefined && !containers.records.has(id)) rmSync(path, { force: true });
      },
    };
  }
}

/** Whoever writes such a file renames it within moments. */
const momentMs = 600_000;

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > momentMs;
}

function strayFile(path: string): Problem {
  return {
    code: 'stray-file',
    severity: 'leftover',
    subject: path,
    message: `${path} was left by a process that was killed`,
    remedy: 'remove it',
    mend: () => removeTree(path),
  };
}
