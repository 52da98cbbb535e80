import { join } from 'node:path';
import type { EngineDirs } from '../engine-dirs.ts';
import { cgroupProcesses } from '../host/cgroups/cgroup-processes.ts';
import { readRegularFile } from '../host/read-regular-file.ts';
import { bundleFiles } from '../runtime/bundle.ts';
import { containerCgroup } from '../runtime/free-state.ts';
import { monitorAlive } from '../runtime/monitor-alive.ts';
import { wasCreated } from './record-copy.ts';

type Dirs = Pick<EngineDirs, 'containers'>;

/**
 * Whether there once was a container of that ID, whatever the records say: it runs, or something was written into its
 * folder. Nothing of such a one is rubbish. Asks the kernel and the disk alone.
 */
export function hasRemains(dirs: Dirs, id: string): boolean {
  return wasCreated(join(dirs.containers, id)) || isInhabited(dirs, id);
}

/** Whether processes run in it, or a monitor still looks after it. */
export function isInhabited(dirs: Dirs, id: string): boolean {
  return cgroupProcesses(containerCgroup(id)).length > 0 || monitorAlive(monitorPid(dirs, id), id);
}

/** As the monitor left it; NaN: there is none. */
function monitorPid(dirs: Dirs, id: string): number {
  try {
    const path = join(dirs.containers, id, bundleFiles.monitorPid);
    return Number.parseInt(readRegularFile(path, 64).toString('latin1'), 10);
  } catch {
    return Number.NaN;
  }
}
