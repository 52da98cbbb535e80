import { type EngineCli, eachEngine, engineClis } from './contenders.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import { image, type Stage } from './stage.ts';

const obedient = ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'];
const bareNode = () => runTimed([process.execPath, '-e', '0']);

/** `stop` of a process that ends when it is asked to. */
export async function benchStop(stage: Stage, rounds: number): Promise<Result> {
  const samples = await interleave(
    rounds,
    eachEngine(stage, async (cli) => {
      await cli.must('run', '-d', '--name', 'stopped', image, ...obedient);
      const tookMs = await cli.timed('stop', 'stopped');
      await cli.must('rm', 'stopped');
      return tookMs;
    }),
  );
  return { title: 'stop', samples };
}

/** `exec CONTAINER true`. */
export async function benchExec(stage: Stage, rounds: number): Promise<Result> {
  for (const cli of engineClis(stage))
    await cli.must('run', '-d', '--name', 'entered', image, 'sleep', '1000');
  const samples = await interleave(rounds, {
    ...eachEngine(stage, (cli) => cli.timed('exec', 'entered', '/bin/true')),
    'bare node -e 0': bareNode,
  });
  for (const cli of engineClis(stage)) await cli.must('rm', '-f', 'entered');
  return { title: 'exec true', samples };
}

/** `rm -f` of fifty that run, by one command. */
export async function benchRemoveMany(stage: Stage, rounds: number): Promise<Result> {
  const samples = await interleave(
    rounds,
    eachEngine(stage, async (cli) => {
      const ids = await startMany(cli, 50, 10);
      return cli.timed('rm', '-f', ...ids);
    }),
    { warmUp: false },
  );
  return { title: 'rm -f of 50', samples };
}

/** A hundred started by a command each, so many at a time. */
export async function benchStartMany(stage: Stage, atOnce: number, rounds: number): Promise<Result> {
  const samples = await interleave(
    rounds,
    eachEngine(stage, async (cli) => {
      const begun = performance.now();
      const ids = await startMany(cli, 100, atOnce);
      const tookMs = performance.now() - begun;
      await cli.must('rm', '-f', ...ids);
      return tookMs;
    }),
    { warmUp: false },
  );
  return { title: `100 starts, ${atOnce} at once`, samples };
}

/** `ps -a` where there are two hundred. */
export async function benchListMany(stage: Stage, rounds: number): Promise<Result> {
  for (const cli of engineClis(stage)) {
    for (let at = 0; at < 200; at += 1) await cli.must('create', '--name', `listed-${at}`, image, 'true');
  }
  const samples = await interleave(rounds, {
    ...eachEngine(stage, (cli) => cli.timed('ps', '-a')),
    'bare node -e 0': bareNode,
  });
  for (const cli of engineClis(stage)) {
    await cli.must('rm', ...Array.from({ length: 200 }, (_, at) => `listed-${at}`));
  }
  return { title: 'ps of 200', samples };
}

/** A hundred megabytes of lines that an attached client reads, and the log keeps. */
export async function benchOutput(stage: Stage, rounds: number): Promise<Result> {
  const script = 'yes 0123456789012345678901234567890123456789012345678901234567890 | head -c 104857600';
  const samples = await interleave(
    rounds,
    eachEngine(stage, (cli) => cli.timed('run', '--rm', image, 'sh', '-c', script)),
  );
  return { title: '100 MB of output', samples };
}

/** IDs of containers that run. */
export async function startMany(cli: EngineCli, count: number, atOnce: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      ids.push((await cli.must('run', '-d', image, 'sleep', '1000')).trim());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ids;
}
