import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';

let stand: CliStand;
let server: RegistryServer;
let gantry: GantryCli;
let name: string;
beforeAll(async () => {
  [stand, server] = await Promise.all([cliStand(), registryServer()]);
  gantry = stand.gantry;
  name = `${server.host}/team/app`;
  for (const tag of ['1', '2']) await gantry.must('tag', 'busybox', `${name}:${tag}`);
});
afterAll(async () => {
  await using _server = server;
  await stand[Symbol.asyncDispose]();
});

const lines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/sha256:[0-9a-f]{64}/, 'DIGEST').replace(/^[0-9a-f]{12}:/, 'LAYER:'));

describe('every tag of a repository', () => {
  it('goes out with what became of each tag below its layers, as docker tells it', async () => {
    expect(lines(await gantry.must('push', '-a', name))).toEqual([
      `The push refers to repository [${name}]`,
      ...['LAYER: Preparing', 'LAYER: Waiting', 'LAYER: Pushing', 'LAYER: Pushed'],
      expect.stringMatching(/^1: digest: DIGEST size: \d+$/),
      ...['LAYER: Waiting', 'LAYER: Layer already exists'],
      expect.stringMatching(/^2: digest: DIGEST size: \d+$/),
    ]);
    expect(lines(await gantry.must('push', '-q', '-a', name))).toEqual([`${name}:1`, `${name}:2`]);
  });

  it('comes in with the digest of each tag below its layers', async () => {
    await gantry.must('rmi', `${name}:1`, `${name}:2`);
    const told = lines(await gantry.must('pull', '-a', name));
    expect(told.filter((line) => !line.startsWith('LAYER'))).toEqual([
      ...['1: Pulling from team/app', 'Digest: DIGEST', '2: Pulling from team/app', 'Digest: DIGEST'],
      ...[`Status: Downloaded newer image for ${name}`, name],
    ]);
    expect(lines(await gantry.must('pull', `${name}:1`)).slice(-2)).toEqual([
      `Status: Image is up to date for ${name}:1`,
      `${name}:1`,
    ]);
  });
});

describe('a platform', () => {
  it('that is not that of the only image is told, with exit code 1 of a pull and 125 of a run', async () => {
    const foreign = process.arch === 'arm64' ? 'linux/s390x' : 'linux/arm64';
    const why = `image with reference ${name}:1 was found but does not match the specified platform: wanted ${foreign}`;
    const pulled = await gantry('pull', '--platform', foreign, `${name}:1`);
    expect(pulled).toMatchObject({ status: 1, stderr: expect.stringContaining(why) });
    const ran = await gantry('run', '--rm', '--platform', foreign, `${name}:1`, 'true');
    expect(ran).toMatchObject({ status: 125, stderr: expect.stringContaining(why) });
    expect(ran.stderr).toContain(`Unable to find image '${name}:1' locally`);
  });
});

describe('a registry that cannot be reached', () => {
  const refused = 'cannot reach registry 127.0.0.1:1: connection refused';

  it('is told of with the image that was wanted of it', async () => {
    const pulled = await gantry('pull', '127.0.0.1:1/base');
    expect(pulled.stderr).toContain(`127.0.0.1:1/base:latest: ${refused}`);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what Dockerfiles are written with
    const built = await build('ARG BASE=127.0.0.1:1/base\nFROM ${BASE}:3\n');
    expect(built.stderr).toContain(`gantry: 127.0.0.1:1/base:3: ${refused}`);
  });

  it('is no answer to a target that no stage is called: the stages are told, and no line of the file', async () => {
    const { stderr } = await build('# syntax=x\nFROM scratch AS one\n', '--target', 'nope');
    expect(stderr).toContain('target stage "nope" could not be found\nstages: one\n');
    expect(stderr).not.toContain('>>>');
  });

  const build = (text: string, ...options: readonly string[]) =>
    gantry.with({ input: text }, 'build', ...options, '-');
});
