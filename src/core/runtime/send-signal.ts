import { isFrozen, setFrozen } from '../host/cgroups/freezer.ts';
import { notRunning } from './container-stats.ts';
import { containerCgroup } from './free-state.ts';
import { type OciProgram, runOci } from './oci-program.ts';
import { startError } from './start-error.ts';

const SIGKILL = 9;

/** Signals a container's first process, or all. Rejects `conflict` / `container-not-running`. */
export async function sendSignal(
  program: OciProgram,
  id: string,
  signal: number,
  all: boolean,
): Promise<void> {
  const { status, stderr } = await runOci(program, ['kill', ...(all ? ['--all'] : []), id, String(signal)]);
  if (status !== 0) {
    if (/not running|does not exist|no such (?:process|file)|process already finished/i.test(stderr))
      throw notRunning(id);
    throw startError(stderr);
  }
  // A frozen process takes no signal, not even this one (version 1).
  if (signal === SIGKILL && isFrozen(containerCgroup(id))) await setFrozen(containerCgroup(id), false);
}
