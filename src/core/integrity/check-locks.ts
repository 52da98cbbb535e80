import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../host/look-at.ts';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import { randomHex } from '../host/random-hex.ts';
import type { CheckContext, Problem } from './problem.ts';

/** Locks are files: whoever needs one in whose place something else stands cannot go on. */
export function* checkLocks({ services: { dirs } }: CheckContext): Generator<Problem> {
  for (const name of ownNamesIn(dirs.locks)) {
    const path = join(dirs.locks, name);
    if (isLock(path)) continue;
    const aside = folderState(path) === 'folder' ? join(dirs.root, `was-${name}-${randomHex(4)}`) : undefined;
    yield {
      code: 'lock-replaced',
      severity: 'damage',
      subject: path,
      message: `${path} is no regular file, where the engine keeps a lock`,
      remedy: aside === undefined ? 'remove it' : 'move it out of the way',
      done: aside === undefined ? 'removed' : `moved to ${aside}`,
      mend: () => {
        if (isLock(path)) return;
        if (aside === undefined) rmSync(path, { force: true });
        else renameSync(path, aside);
      },
    };
  }
}

/** Or gone meanwhile. */
function isLock(path: string): boolean {
  return lookAt(path)?.isFile() !== false;
}
