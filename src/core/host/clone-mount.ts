import { closeSync, constants, openSync } from 'node:fs';
import { checked, systemCall } from './libc.ts';
import { inMountNamespace } from './mount-namespace.ts';
import { namespaceFlags, setNamespace, unshare } from './namespaces.ts';
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

/** Shows such a copy at a place of the calling thread's mount namespace. */
export function placeMount(fd: number, target: string): void {
  const fromEmptyPath = 4;
  checked(moveMountCall(fd, '', atWorkingFolder, pathArgument(target), fromEmptyPath), 'move_mount', target);
}

const atWorkingFolder = -100;
const closeOnExec = 0o2000000;
const openTreeCall = systemCall(428, ['int', 'const char *', 'uint']);
const moveMountCall = systemCall(429, ['int', 'const char *', 'int', 'const char *', 'uint']);
