import { processEnd } from './process-handle.ts';
import { processIdentity } from './process-identity.ts';
import { reap } from './spawn-program.ts';

/** Waits for a child of `spawnProgram`; its status as shells say it. It can be asked for once. */
export async function childStatus(pid: number): Promise<number> {
  // Nobody else gets its ID before it is reaped.
  const running = processIdentity(pid);
  if (running !== undefined) await processEnd(running);
  for (;;) {
    const status = reap(pid);
    if (status !== undefined) return status;
    // Its last thread has not gone yet.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
