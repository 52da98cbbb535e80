import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { lookAt } from './look-at.ts';

/** What stands where the engine keeps a folder of its own. */
export type FolderState = 'folder' | 'missing' | 'link' | 'other';

/** Looks without following a link. */
export function folderState(path: string): FolderState {
  const stat = lookAt(path);
  if (stat === undefined) return 'missing';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

/**
 * Names in a folder of the store, for whoever removes what it finds there. The steps from `top` down to it must be
 * folders themselves: through a symbolic link in their place we would remove what is not ours. What lies above `top` may
 * be reached by links: a user may keep a whole root elsewhere. No folder: no names. Throws as {@link requireOwnFolder}.
 */
export function ownNamesIn(top: string, ...below: readonly string[]): readonly string[] {
  return requireOwnFolder(top, ...below) ? readdirSync(join(top, ...below)).filter(isOurs) : [];
}

/** Whether it is there. Throws `corrupt` / `store-folder-replaced` when something else stands in its place, or on the way. */
export function requireOwnFolder(top: string, ...below: readonly string[]): boolean {
  let path = top;
  for (const step of ['', ...below]) {
    path = join(path, step);
    const state = folderState(path);
    if (state === 'missing') return false;
    if (state !== 'folder') throw replaced(path, state);
  }
  return true;
}

/** File systems keep it at their top; a store's folder may be a mount point. */
function isOurs(name: string): boolean {
  return name !== 'lost+found';
}

function replaced(path: string, state: 'link' | 'other'): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'store-folder-replaced',
    message: `${path} is ${state === 'link' ? 'a symbolic link' : 'no folder'}, where the engine keeps a folder of its own`,
    hint:
      state === 'link'
        ? 'put the folder itself there; to keep it elsewhere, move the whole root and name it with --root, or mount a disk there'
        : 'mend it with: gantry system check --repair',
    details: { path },
  });
}
