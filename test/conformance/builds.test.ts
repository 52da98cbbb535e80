import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../support/cli-stand.ts';
import { type DockerDaemon, dockerDaemon } from '../support/docker-daemon.ts';
import { enterOwnNetworkNamespace } from '../support/own-network-namespace.ts';
import { compareBuilds } from './builds/compare-builds.ts';
import { corpus } from './builds/corpus/corpus.ts';

/** One in so many, from another first one for each row: `node scripts/compare-builds.ts` builds them all. */
const share = 6;

let stand: CliStand;
let docker: DockerDaemon;
beforeAll(async () => {
  enterOwnNetworkNamespace();
  stand = await cliStand();
  docker = await dockerDaemon();
});
afterAll(async () => {
  await docker?.[Symbol.asyncDispose]();
  await stand?.[Symbol.asyncDispose]();
});

it('has more than 120 Dockerfiles, of which docker and gantry make the same images or refuse them both', async () => {
  expect(corpus.length).toBeGreaterThan(120);
  const compared = await compareBuilds(
    corpus.filter((_, index) => index % share === 0),
    stand,
    docker,
  );
  const different = compared.filter(({ verdict }) => verdict === 'different');
  expect(different.map(({ one, lines }) => ({ dockerfile: one.dockerfile, lines }))).toEqual([]);
});
