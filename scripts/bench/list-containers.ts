import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import type { Stage } from './stage.ts';

/** `ps`: the floor of every command, to be seen beside the floor of Node. */
export async function benchList({ gantry, docker, podman }: Stage, rounds: number): Promise<Result> {
  const samples = await interleave(rounds, {
    gantry: () => runTimed([...gantry.argv, 'ps'], gantry.env),
    ...(docker && { docker: () => runTimed([...docker.argv, 'ps'], docker.env) }),
    ...(podman && { podman: () => runTimed([...podman.argv, 'ps'], podman.env) }),
    'bare node -e 0': () => runTimed([process.execPath, '-e', '0']),
  });
  return { title: 'ps', samples };
}
