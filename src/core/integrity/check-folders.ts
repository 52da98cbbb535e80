import { mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { folderState } from '../host/own-folder.ts';
import { randomHex } from '../host/random-hex.ts';
import { storeFolders } from '../host/store-folders.ts';
import type { CheckContext, Problem } from './problem.ts';

/** The folders of the store are folders. Through a link in place of one we would remove what is not ours. */
export function* checkFolders({ services: { dirs } }: CheckContext): Generator<Problem> {
  for (const folder of storeFolders(dirs)) {
    const path = join(...folder);
    const state = folderState(path);
    if (state === 'folder' || state === 'missing') continue;
    const found = {
      code: 'folder-replaced',
      severity: 'damage',
      subject: path,
      message: `${path} is ${state === 'link' ? 'a symbolic link' : 'no folder'}, where the store has a folder of its own`,
    } as const;
    if (state === 'link') {
      // It may lead to the very folder, put elsewhere on purpose: only a person can tell.
      const remedy =
        'put the folder itself back there; to keep the store elsewhere, move the whole root and name it with --root';
      yield { ...found, remedy, done: '', mend: undefined };
      continue;
    }
    const aside = join(dirs.root, `was-${basename(path)}-${randomHex(4)}`);
    yield {
      ...found,
      remedy: 'move it out of the way and make the folder again',
      done: `moved to ${aside}, and the folder made again`,
      mend: () => {
        if (folderState(path) !== 'other') return;
        renameSync(path, aside);
        mkdirSync(path, { mode: 0o700 });
      },
    };
  }
}
