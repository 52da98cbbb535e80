import { join } from 'node:path';
import { cgroupMounts } from './cgroup-mode.ts';

/** Controllers whose files gantry reads or writes. */
export type CgroupController = 'cpu' | 'cpuacct' | 'memory' | 'pids' | 'blkio' | 'freezer';

/**
 * Folder of a cgroup (`/gantry/ID`) for one controller; in version 2 the same for all. Undefined when the host does
 * not have the controller.
 */
export function cgroupFolder(path: string, controller: CgroupController): string | undefined {
  const { mode, controllers, unified } = cgroupMounts();
  const mount = mode === 'v2' ? unified : controllers.get(controller);
  return mount === undefined ? undefined : join(mount, path);
}

/** Every folder of a cgroup, one a hierarchy, whether it is there or not. */
export function cgroupFolders(path: string): readonly string[] {
  const { controllers, unified } = cgroupMounts();
  const mounts = new Set([...controllers.values(), ...(unified === undefined ? [] : [unified])]);
  return [...mounts].map((mount) => join(mount, path));
}
