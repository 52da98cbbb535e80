import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDockerfile } from '../../src/core/build/dockerfile/parse-dockerfile.ts';
import { openBuilder } from '../../test/support/build-stand.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import { sampleOf } from './sample.ts';
import { image, type Stage } from './stage.ts';

/** All of it in the cache, from a shell and without starting a program; and the part of it that is text. */
export async function benchCachedBuild(stage: Stage, rounds: number): Promise<readonly Result[]> {
  const context = writeContext(stage, 'ten', 5000, tenStepDockerfile);
  return [
    await contend(stage, 'build, ten cached steps', rounds, [context]),
    await inProcess(stage, rounds, context),
    parse(rounds),
  ];
}

export async function benchChangedBuild(stage: Stage, rounds: number): Promise<Result> {
  const context = writeContext(stage, 'large', 20_000, `FROM ${image}\nCOPY . /all\n`);
  let changes = 0;
  return contend(stage, 'build, 1 of 20,000 files changed', rounds, [context], () => {
    changes += 1;
    writeFileSync(join(context, 'files/0/0.bin'), String(changes));
  });
}

export async function benchColdBuild(stage: Stage, rounds: number): Promise<readonly Result[]> {
  const files = writeContext(stage, 'cold', 5000, coldDockerfile);
  const many = writeContext(stage, 'many', 0, `FROM ${image}\nRUN ${writeMany}\n`);
  return [
    await contend(stage, 'build, 5,000 files and 4 RUN', rounds, ['--no-cache', files]),
    await contend(stage, 'build, RUN of 10,000 files', rounds, ['--no-cache', many]),
  ];
}

/** gantry, docker with both its builders, and podman, which builds by the code of buildah. */
async function contend(
  { gantry, docker, podman }: Stage,
  title: string,
  rounds: number,
  words: readonly string[],
  before: () => void = () => undefined,
): Promise<Result> {
  const args = ['build', '-q', '-t', 'localhost/bench', ...words];
  const run = (argv: readonly string[], env: Readonly<Record<string, string>>) => () => {
    before();
    return runTimed(argv, env);
  };
  const samples = await interleave(rounds, {
    gantry: run([...gantry.argv, ...args], gantry.env),
    ...(docker && {
      'docker, BuildKit': run([...docker.argv, ...args], { ...docker.env, DOCKER_BUILDKIT: '1' }),
      'docker, classic': run([...docker.argv, ...args], { ...docker.env, DOCKER_BUILDKIT: '0' }),
    }),
    ...(podman && {
      'podman (buildah)': run(
        [...podman.argv, 'build', '--layers', '--isolation=chroot', ...args.slice(1)],
        podman.env,
      ),
    }),
  });
  return { title, samples };
}

/** The same without starting a program. */
async function inProcess({ root }: Stage, rounds: number, contextDir: string): Promise<Result> {
  using builder = openBuilder(root.dirs);
  const samples = await interleave(rounds, {
    gantry: async () => {
      const begun = performance.now();
      await builder.builds.build({ contextDir }).result;
      return performance.now() - begun;
    },
  });
  return { title: 'build, ten cached steps, in process', samples };
}

/** Two stages that do not need each other: ten seconds each, and ten in all. */
export async function benchSideBySide(stage: Stage): Promise<Result> {
  const dockerfile = `FROM ${image} AS one
RUN sleep 10; echo 1 > /1
FROM ${image} AS two
RUN sleep 10; echo 2 > /2
FROM ${image}
COPY --from=one /1 /
COPY --from=two /2 /
`;
  const context = writeContext(stage, 'stages', 0, dockerfile);
  const { gantry, docker } = stage;
  const args = ['build', '-q', '--no-cache', context];
  const samples = await interleave(
    1,
    {
      gantry: () => runTimed([...gantry.argv, ...args], gantry.env),
      ...(docker && {
        'docker, BuildKit': () =>
          runTimed([...docker.argv, ...args], { ...docker.env, DOCKER_BUILDKIT: '1' }),
      }),
    },
    { warmUp: false },
  );
  return { title: 'build, two stages of 10 s', samples };
}

function parse(rounds: number): Result {
  const lines = Array.from({ length: 10_000 }, (_, at) => `RUN echo "$HOME ${at}" && make target-${at}`);
  const text = `FROM busybox\n${lines.join('\n')}\n`;
  const times = Array.from({ length: rounds }, () => {
    const begun = performance.now();
    parseDockerfile(text, 'Dockerfile');
    return performance.now() - begun;
  });
  return { title: 'parse of 10,000 lines', samples: new Map([['gantry', sampleOf(times)]]) };
}

/** Files of 4 KiB, 250 a folder. */
function writeContext({ root }: Stage, name: string, files: number, dockerfile: string): string {
  const context = root.at(name);
  mkdirSync(context);
  writeFileSync(join(context, 'Dockerfile'), dockerfile);
  for (let file = 0; file < files; file += 1) {
    const dir = join(context, 'files', String(Math.floor(file / 250)));
    if (file % 250 === 0) mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, `${file % 250}.bin`), Buffer.alloc(4096, `${file} `));
  }
  return context;
}

const writeMany = 'mkdir /m && cd /m && i=0; while [ $i -lt 10000 ]; do echo $i > $i; i=$((i+1)); done';

const tenStepDockerfile = `\
FROM ${image}
ENV PATH=/usr/bin:/bin NAME=bench
WORKDIR /work
COPY files/0 first/
RUN mkdir made && echo one > made/one
COPY files all/
RUN echo two > made/two
LABEL made.by=bench
RUN echo three > made/three
EXPOSE 8080
CMD ["/bin/true"]
`;

const coldDockerfile = `\
FROM ${image}
COPY files /files
RUN echo one > /one
RUN find /files -type f | wc -l > /two
RUN mkdir /three && echo three > /three/three
RUN rm -r /files/0
`;
