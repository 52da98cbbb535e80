import { cgroupMode } from '../host/cgroups/cgroup-mode.ts';
import { cgroupProcesses } from '../host/cgroups/cgroup-processes.ts';
import { isFrozen, setFrozen } from '../host/cgroups/freezer.ts';
import { signalProcess } from '../host/process-handle.ts';
import { notRunning } from './container-stats.ts';
import { containerCgroup, killCgroup } from './free-state.ts';
import { type OciProgram, runOci } from './oci-program.ts';
import type { RunningProcess } from './runtime.ts';
import { startError } from './start-error.ts';

const SIGKILL = 9;

/** Signals a container's first process, or all. Rejects `conflict` / `container-not-running`. */
export async function sendSignal(
  program: OciProgram,
  id: string,
  signal: number,
  { all = false, process }: { readonly all?: boolean; readonly process?: RunningProcess } = {},
): Promise<void> {
  const cgroup = containerCgroup(id);
  if (all && signal === SIGKILL && cgroupProcesses(cgroup).length > 0) return killCgroup(cgroup);
  if (!all && process !== undefined) {
    const there = signalProcess({ pid: process.pid, startTime: process.pidStartTime }, signal);
    if (!there) throw notRunning(id);
  } else await signalByRuntime(program, id, signal, all);
  // A frozen process takes no signal, not even this one (version 1).
  if (signal === SIGKILL && isFrozen(cgroup)) await setFrozen(cgroup, false);
}

async function signalByRuntime(program: OciProgram, id: string, signal: number, all: boolean): Promise<void> {
  // Without a cgroup the runtime finds nobody by `--all`; with the first process its PID namespace ends.
  const { status, stderr } = await runOci(program, [
    'kill',
    ...(all && cgroupMode() !== 'none' ? ['--all'] : []),
    id,
    String(signal),
  ]);
  if (status === 0) return;
  if (/not running|does not exist|no such (?:process|file)|process already finished/i.test(stderr))
    throw notRunning(id);
  throw startError(stderr);
}
