import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { checked, systemCall } from './libc.ts';
import { inMountNamespace } from './mount-namespace.ts';
import { namespaceFlags, setNamespace, unshare } from './namespaces.ts';
import { openInRoot } from './open-in-root.ts';
import { pathArgument } from './path-argument.ts';

/**
 * One mount as a process sees it, without what is mounted upon it: a copy (open_tree(2), `OPEN_TREE_CLONE`) that
 * nobody else sees and that goes with its descriptor.
 */
export function cloneMount(pid: number, path = '/'): number {
  const namespace = openSync(`/proc/${pid}/ns/mnt`, constants.O_RDONLY);
  try {
    return inMountNamespace(
      () => {
        unshare(namespaceFlags.fileSystem);
        setNamespace(namespace, namespaceFlags.mount);
      },
      () => {
        const clone = 1;
        const flags = clone | closeOnExec;
        return checked(openTreeCall(atWorkingFolder, pathArgument(path), flags), 'open_tree', path);
      },
    );
  } finally {
    closeSync(namespace);
  }
}

/**
 * A copy of what is at a path below a folder, as {@link cloneMount} makes one, with all that is mounted in it. The path
 * cannot leave the folder, whatever links others make in it meanwhile. Throws the system error of what is not there.
 */
export function cloneInside(
  folder: string,
  path: string,
): { readonly fd: number; readonly isFolder: boolean } {
  const root = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  let place: number | undefined;
  try {
    place = openInRoot(root, path, pathOnly);
    const clone = 1;
    const emptyPath = 0x1000;
    const recursive = 0x8000;
    const fd = checked(
      openTreeCall(place, '', clone | closeOnExec | emptyPath | recursive),
      'open_tree',
      path,
    );
    return { fd, isFolder: fstatSync(place).isDirectory() };
  } finally {
    if (place !== undefined) closeSync(place);
    closeSync(root);
  }
}

/** Shows such a copy at a place of the calling thread's mount namespace. */
export function placeMount(fd: number, target: string): void {
  const fromEmptyPath = 4;
  checked(moveMountCall(fd, '', atWorkingFolder, pathArgument(target), fromEmptyPath), 'move_mount', target);
}

const atWorkingFolder = -100;
const pathOnly = 0o10000000;
const closeOnExec = 0o2000000;
const openTreeCall = systemCall(428, ['int', 'const char *', 'uint']);
const moveMountCall = systemCall(429, ['int', 'const char *', 'int', 'const char *', 'uint']);
