import type { EngineDirs } from '../engine-dirs.ts';
import { cgroupProcesses } from '../host/cgroups/cgroup-processes.ts';
import { isFrozen, setFrozen, thawRequest } from '../host/cgroups/freezer.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import { whenKilled } from '../host/when-killed.ts';
import { giveLastReserve, holdLastRest, holdReserve } from '../metadata/reserve.ts';
import { containerCgroup } from '../runtime/free-state.ts';

type Dirs = Pick<EngineDirs, 'database' | 'containers'>;

/**
 * Frees space on a disk that is full: containers must not fill what is given back for that, so they rest until it is
 * done. They go on whatever happens to us.
 */
export async function withDiskAlone<T>(dirs: Dirs, work: () => Promise<T>): Promise<T> {
  const resting = ownNamesIn(dirs.containers).map(containerCgroup).filter(canRest);
  const requests = resting.flatMap((cgroup) => thawRequest(cgroup) ?? []);
  using _guard = whenKilled(
    'while [ $# -gt 1 ]; do echo "$2" >"$1"; shift 2; done',
    requests.flatMap(({ file, text }) => [file, text]),
  );
  try {
    await Promise.all(resting.map((cgroup) => setFrozen(cgroup, true).catch(() => undefined)));
    giveLastReserve(dirs.database);
    return await work();
  } finally {
    holdReserve(dirs.database);
    holdLastRest(dirs.database);
    await Promise.all(resting.map((cgroup) => setFrozen(cgroup, false).catch(() => undefined)));
  }
}

function canRest(cgroup: string): boolean {
  return cgroupProcesses(cgroup).length > 0 && !isFrozen(cgroup);
}
