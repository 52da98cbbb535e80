import { closeSync, constants, openSync } from 'node:fs';
import { checked, systemCall } from './libc.ts';
import { inMountNamespace } from './mount-namespace.ts';
import { namespaceFlags, setNamespace, unshare } from './namespaces.ts';

/**
 * The root file system of a process, without what is mounted upon it: a copy of that one mount (open_tree(2),
 * `OPEN_TREE_CLONE`) that nobody else sees and that goes with its descriptor.
 */
export function cloneRootMount(pid: number): number {
  const namespace = openSync(`/proc/${pid}/ns/mnt`, constants.O_RDONLY);
  try {
    return inMountNamespace(
      () => {
        unshare(namespaceFlags.fileSystem);
        setNamespace(namespace, namespaceFlags.mount);
      },
      () => {
        const clone = 1;
        const closeOnExec = 0o2000000;
        return checked(openTreeCall(atWorkingFolder, '/', clone | closeOnExec), 'open_tree', '/');
      },
    );
  } finally {
    closeSync(namespace);
  }
}

const atWorkingFolder = -100;
const openTreeCall = systemCall(428, ['int', 'const char *', 'uint']);
