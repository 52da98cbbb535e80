import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import { image, type Stage } from './stage.ts';

/** A build of ten steps over a context of 1,000 files (16 MB), every step of which is in the cache. */
export async function benchCachedBuild(stage: Stage, rounds: number): Promise<Result> {
  const { root, gantry, docker, podman } = stage;
  const context = root.at('context');
  writeContext(context);
  const args = ['build', '-q', '-t', 'localhost/bench', context];
  // The first round, which is not counted, fills the cache.
  const samples = await interleave(rounds, {
    gantry: () => runTimed([...gantry.argv, ...args], gantry.env),
    ...(docker && {
      docker: () => runTimed([...docker.argv, ...args], { ...docker.env, DOCKER_BUILDKIT: '0' }),
    }),
    ...(podman && {
      podman: () => runTimed([...podman.argv, 'build', '--isolation=chroot', ...args.slice(1)], podman.env),
    }),
  });
  return { title: 'build, cached', samples };
}

function writeContext(folder: string): void {
  for (let dir = 0; dir < 20; dir += 1) {
    const path = join(folder, 'files', String(dir));
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 50; file += 1) {
      writeFileSync(join(path, `${file}.bin`), Buffer.alloc(16 * 1024, dir * 50 + file));
    }
  }
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
}

const dockerfile = `\
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
