import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { registryServer } from '../../support/registry-server.ts';
import { runProgram } from '../../support/run-program.ts';

let stand: CliStand;
let context: string;
beforeAll(async () => {
  stand = await cliStand();
  context = stand.root.at('context');
  mkdirSync(context);
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM busybox AS made
RUN mkdir -p /out/d && echo made > /out/d/f && ln -s d/f /out/link && chown -R 5:6 /out && chmod 640 /out/d/f
FROM scratch AS files
COPY --from=made /out /
FROM busybox
COPY --from=files / /files
CMD ["cat", "/files/link"]
`,
  );
});
afterAll(() => stand[Symbol.asyncDispose]());

const images = () => stand.gantry.must('images', '-aq', '--no-trunc');

it('files go into a folder, beside what is there, and belong to who builds', async () => {
  const before = await images();
  const dir = stand.root.at('out');
  mkdirSync(dir);
  writeFileSync(join(dir, 'kept'), 'kept');
  for (const option of [dir, `type=local,dest=${dir}`]) {
    expect(await stand.gantry('build', '-o', option, '--target', 'files', context)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.not.stringContaining('=> image'),
    });
    expect(readFileSync(join(dir, 'd/f'), 'utf8')).toBe('made\n');
    expect(lstatSync(join(dir, 'd/f'))).toMatchObject({ uid: 0, gid: 0, mode: 0o100640 });
    expect(readlinkSync(join(dir, 'link'))).toBe('d/f');
    expect(readFileSync(join(dir, 'kept'), 'utf8')).toBe('kept');
  }
  expect(await images()).toBe(before);
});

it('files go into the place of links and of what is not of their kind, never through a link', async () => {
  const [dir, elsewhere] = [stand.root.at('odd-out'), stand.root.at('elsewhere')];
  for (const folder of [dir, elsewhere]) mkdirSync(folder);
  writeFileSync(join(elsewhere, 'f'), 'not ours');
  symlinkSync(elsewhere, join(dir, 'd'));
  mkdirSync(join(dir, 'link/with'), { recursive: true });
  writeFileSync(join(dir, 'link/with/file'), 'in the way');
  const line = ['build', '-o', dir, '--target', 'files', context] as const;
  await stand.gantry.must(...line);
  expect(lstatSync(join(dir, 'd')).isDirectory()).toBe(true);
  expect(readFileSync(join(dir, 'd/f'), 'utf8')).toBe('made\n');
  expect(readlinkSync(join(dir, 'link'))).toBe('d/f');
  rmSync(join(dir, 'd/f'));
  symlinkSync(join(elsewhere, 'f'), join(dir, 'd/f'));
  await stand.gantry.must(...line);
  expect(lstatSync(join(dir, 'd/f')).isFile()).toBe(true);
  expect(readdirSync(elsewhere)).toEqual(['f']);
  expect(readFileSync(join(elsewhere, 'f'), 'utf8')).toBe('not ours');
});

it('files go into a tar, in a file or on stdout, with their owners', async () => {
  const before = await images();
  const path = stand.root.at('out.tar');
  await stand.gantry.must('build', '-o', `type=tar,dest=${path}`, '--target', 'files', context);
  const listed = execFileSync('tar', ['-tvf', path, '--numeric-owner'], { encoding: 'utf8' });
  expect(listed).toMatch(/^-rw-r----- 5\/6 +5 .* d\/f$/m);
  expect(listed).toMatch(/^lrwxrwxrwx 5\/6 .* link -> d\/f$/m);
  const { argv, env } = stand.gantry;
  const piped = await runProgram(
    ['sh', '-c', '"$@" | tar -tf -', 'sh', ...argv, 'build', '-o', '-', '--target', 'files', context],
    { env },
  );
  expect(piped.stdout.split('\n')).toContain('d/f');
  expect(await images()).toBe(before);
});

it('an image goes into an archive that others read', async () => {
  for (const [type, kind] of [
    ['oci', 'oci-archive'],
    ['docker', 'docker-archive'],
  ] as const) {
    const path = stand.root.at(`${type}.tar`);
    const options = ['-t', 'packed:1', '-o', `type=${type},dest=${path}`];
    await stand.gantry.must('build', ...options, context);
    const told = await runProgram(['skopeo', 'inspect', '--config', `${kind}:${path}`]);
    expect(JSON.parse(told.stdout)).toMatchObject({ config: { Cmd: ['cat', '/files/link'] } });
  }
});

it('an image goes to a registry under all its names', async () => {
  await using registry = await registryServer();
  const names = ['a:1', 'b:2'].map((name) => `${registry.host}/${name}`);
  const tags = names.flatMap((name) => ['-t', name]);
  const pushed = await stand.gantry('build', '--push', ...tags, context);
  expect(pushed).toMatchObject({ status: 0, stdout: '' });
  const other = await stand.gantry('build', '-o', `type=registry,name=${registry.host}/c:3`, '-q', context);
  expect(other).toMatchObject({ status: 0, stdout: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/) });
  for (const name of [...names, `${registry.host}/c:3`]) {
    const told = await runProgram(['skopeo', 'inspect', '--tls-verify=false', `docker://${name}`]);
    expect(JSON.parse(told.stdout)).toMatchObject({ Architecture: expect.any(String) });
  }
  expect(await stand.gantry('build', '--push', context)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('tag is needed when pushing to registry'),
  });
});

it.each([
  ['dest=x', 'type is required for output'],
  ['type=local', 'dest is required for local output'],
  ['type=what', 'unknown type "what"'],
  ['type=tar,compression=zstd', 'unknown key "compression"'],
])('says what is wrong with -o %s', async (word, why) => {
  const { status, stderr } = await stand.gantry('build', '-o', word, context);
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(`invalid argument ${JSON.stringify(word)} for "-o, --output" flag: ${why}`),
  ]);
  expect(existsSync(join(context, 'x'))).toBe(false);
});
