import { registryServer } from '../../test/support/registry-server.ts';
import { mustRun } from '../../test/support/run-program.ts';
import { putImage, writeArchive } from './big-image.ts';
import { bigLayer, type FreshLayer, type LayerBytes } from './big-layer.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import type { Stage } from './stage.ts';

/** What most users wait for: an image of 19,000 files and 600 MB, a third of that compressed. */
const files = 19_000;
const imageBytes = 600_000_000;
const parts = 8;

let whole: FreshLayer | undefined;
let slices: readonly FreshLayer[] | undefined;

function wholeLayer(): LayerBytes {
  whole ??= bigLayer(files, imageBytes, 'usr');
  return whole();
}

function slicedLayers(): readonly FreshLayer[] {
  slices ??= Array.from({ length: parts }, (_, at) =>
    bigLayer(files / parts, imageBytes / parts, `part-${at}`),
  );
  return slices;
}

/** A cold pull, unpacked. Nothing is removed in between: a file system just cleared is slow for minutes. */
export async function benchPull(stage: Stage, rounds: number): Promise<Result> {
  await using server = await registryServer();
  const samples = await everybody(stage, rounds, async (who, round) => {
    const name = `pull-${who}-${round}`;
    await putImage(server.host, name, [wholeLayer()]);
    return pull(stage, who, `${server.host}/${name}`);
  });
  return { title: 'pull, 600 MB', samples };
}

/** Seven of eight layers are there. */
export async function benchPullTop(stage: Stage, rounds: number): Promise<Result> {
  await using server = await registryServer();
  const [top, ...below] = slicedLayers();
  const lower = below.map((fresh) => fresh());
  await putImage(server.host, 'base', lower);
  for (const who of contenders(stage)) await runTimed(...pull(stage, who, `${server.host}/base`));
  const samples = await everybody(stage, rounds, async (who, round) => {
    const name = `top-${who}-${round}`;
    await putImage(server.host, name, [...lower, (top as FreshLayer)()]);
    return pull(stage, who, `${server.host}/${name}`);
  });
  return { title: 'pull, 1 of 8', samples };
}

/** From a file as `docker save` writes it. */
export async function benchLoad(stage: Stage, rounds: number): Promise<Result> {
  const path = stage.root.at('image.tar');
  const samples = await everybody(stage, rounds, async (who, round) => {
    await writeArchive(path, `localhost/load-${who}:${round}`, [wholeLayer()]);
    return call(stage, who, ['load', '-q', '-i', path]);
  });
  return { title: 'load, 600 MB', samples };
}

/** What was pulled, to a registry that has nothing of it. */
export async function benchPush(stage: Stage, rounds: number): Promise<Result> {
  await using source = await registryServer();
  await putImage(source.host, 'big', [wholeLayer()]);
  for (const who of contenders(stage)) await runTimed(...pull(stage, who, `${source.host}/big`));
  const targets: Awaited<ReturnType<typeof registryServer>>[] = [];
  try {
    const samples = await everybody(stage, rounds, async (who) => {
      const target = await registryServer();
      targets.push(target);
      const name = `${target.host}/big:latest`;
      await runTimed(...call(stage, who, ['tag', `${source.host}/big:latest`, name]));
      return call(stage, who, ['push', ...(who === 'podman' ? ['--tls-verify=false'] : []), '-q', name]);
    });
    return { title: 'push, 600 MB', samples };
  } finally {
    for (const target of targets) await target[Symbol.asyncDispose]();
  }
}

type Who = 'gantry' | 'docker' | 'podman';
type Call = readonly [argv: readonly string[], env: Readonly<Record<string, string>>];

function contenders({ docker, podman }: Stage): readonly Who[] {
  return ['gantry', ...(docker ? (['docker'] as const) : []), ...(podman ? (['podman'] as const) : [])];
}

function call(stage: Stage, who: Who, args: readonly string[]): Call {
  const { argv, env } = stage[who] as NonNullable<Stage[Who]>;
  return [[...argv, ...args], env];
}

function pull(stage: Stage, who: Who, name: string): Call {
  return call(stage, who, ['pull', ...(who === 'podman' ? ['--tls-verify=false'] : []), '-q', name]);
}

/** Prepares, lets the disk come to rest, touches the memory (a host may have taken it back), and only then times. */
function everybody(
  stage: Stage,
  rounds: number,
  prepare: (who: Who, round: number) => Promise<Call>,
): ReturnType<typeof interleave<Who>> {
  let round = 0;
  const timed = (who: Who) => async () => {
    const [argv, env] = await prepare(who, ++round);
    await mustRun(['sync']);
    Buffer.alloc(1_500_000_000, 1);
    return runTimed(argv, env);
  };
  const all = Object.fromEntries(contenders(stage).map((who) => [who, timed(who)]));
  return interleave<Who>(rounds, all, { warmUp: false });
}
