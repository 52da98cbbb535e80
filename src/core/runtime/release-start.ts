import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type OciProgram, runOci } from './oci-program.ts';
import { startError } from './start-error.ts';

/**
 * Lets a created container's process begin. With crun that is a byte into a named pipe of its state folder, which
 * saves starting the runtime for it; wherever that does not work the runtime's own `start` is asked.
 * Rejects `start` / `start-failed`.
 */
export async function releaseStart(program: OciProgram, id: string): Promise<void> {
  if (program.kind === 'crun' && releaseByPipe(join(program.stateRoot, id, 'exec.fifo'))) return;
  const { status, stderr } = await runOci(program, ['start', id]);
  if (status !== 0) throw startError(stderr);
}

/** False when there is no such pipe, or nobody waits at its other end. */
export function releaseByPipe(path: string): boolean {
  let pipe: number;
  try {
    pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    // The runtime takes a container for started once the pipe is gone, so it goes first.
    unlinkSync(path);
    writeSync(pipe, '0');
    return true;
  } finally {
    closeSync(pipe);
  }
}
