import { cgroupMode } from '../host/cgroups/cgroup-mode.ts';
import { cgroupProcesses } from '../host/cgroups/cgroup-processes.ts';
import { namespaceProcesses } from '../host/namespace-processes.ts';

/** All processes of a container: those of its cgroup, and without cgroups those of its first process's PID namespace. */
export function containerPids(cgroup: string, init: number): readonly number[] {
  return cgroupMode() === 'none' ? namespaceProcesses(init) : cgroupProcesses(cgroup);
}
