import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import { image, type Stage } from './stage.ts';

/** `run --rm IMAGE true`, from the command's start to its end. */
export async function benchRun(stage: Stage, network: 'bridge' | 'none', rounds: number): Promise<Result> {
  const { gantry, docker, podman } = stage;
  const args = ['run', '--rm', '--network', network, image, '/bin/true'];
  const samples = await interleave(rounds, {
    gantry: () => runTimed([...gantry.argv, ...args], gantry.env),
    ...(docker && { docker: () => runTimed([...docker.argv, ...args], docker.env) }),
    ...(podman && { podman: () => runTimed([...podman.argv, ...args], podman.env) }),
    'bare node -e 0': () => runTimed([process.execPath, '-e', '0']),
  });
  return { title: `run --rm, ${network}`, samples };
}
