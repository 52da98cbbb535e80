import type { EngineDirs } from '../engine-dirs.ts';
import { requireOwnFolder } from './own-folder.ts';

/**
 * The folders whose contents the engine removes by what it finds in them: each as its top and the steps below. What
 * lies above a top (the root, the folder of run-time state) may be a link.
 */
export function storeFolders(dirs: EngineDirs): readonly (readonly [top: string, ...below: string[]])[] {
  const { content, snapshots, containers, volumes, cache, locks, temp, run } = dirs;
  return [
    [content],
    [content, 'blobs'],
    [content, 'blobs', 'sha256'],
    [content, 'blobs', 'sha512'],
    [content, 'ingest'],
    [snapshots],
    [snapshots, 'trash'],
    [containers],
    [volumes],
    [cache],
    [cache, 'build-mounts'],
    [locks],
    [temp],
    [`${run}/crun`],
    [`${run}/runc`],
  ];
}

/**
 * For work that removes much, before it begins: throws `corrupt` / `store-folder-replaced` when something else stands
 * in the place of a folder of the store.
 */
export function requireStoreFolders(dirs: EngineDirs): void {
  for (const folder of storeFolders(dirs)) requireOwnFolder(...folder);
}
