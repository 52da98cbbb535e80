import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { saveImages } from '../../../src/core/transfer/save-images.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { scriptedServer } from '../../support/scripted-server.ts';

/** A folder beside the context: path to text. */
function folder(stand: BuildStand, name: string, files: Readonly<Record<string, string>>): string {
  const dir = stand.root.at(name);
  mkdirSync(dir);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text, { mode: 0o644 });
  return dir;
}

it('takes files from named folders, keyed by what is in them', async () => {
  await using stand = await buildStand();
  const dir = folder(stand, 'lib', { a: 'A\n', secret: 'S\n', '.dockerignore': 'secret\n' });
  const contexts = { lib: dir };
  const text = `FROM busybox
COPY --from=lib . /lib-copy/
RUN --network=none --mount=type=bind,from=lib,target=/m cat /m/a && ls /m /lib-copy && stat -c %u:%g /lib-copy/a
`;
  const first = await stand.build({ dockerfileText: text, contexts });
  expect(first.output.split('\n')).toEqual(['A', '/lib-copy:', 'a', '', '/m:', 'a', '0:0', '']);
  expect((await stand.build({ dockerfileText: text, contexts })).cached).toHaveLength(3);
  writeFileSync(join(dir, 'secret'), 'other\n');
  expect((await stand.build({ dockerfileText: text, contexts })).cached).toHaveLength(3);
  writeFileSync(join(dir, 'a'), 'B\n');
  expect((await stand.build({ dockerfileText: text, contexts })).output).toMatch(/^B\n/);
});

it('lets a named context stand above a stage or an image of that name', async () => {
  await using stand = await buildStand();
  const dir = folder(stand, 'ready', { out: 'ready made\n' });
  const text = `FROM nowhere/base:1 AS maker
RUN --network=none echo built > /out
FROM busybox
COPY --from=maker /out /out
RUN --network=none cat /out
`;
  const contexts = { maker: dir };
  expect((await stand.build({ dockerfileText: text, contexts })).output).toBe('ready made\n');

  const image = { 'nowhere/base:1': 'docker-image://busybox' };
  expect((await stand.build({ dockerfileText: text, contexts: image })).output).toBe('built\n');
  const inStead = { maker: 'docker-image://busybox' };
  await expect(stand.build({ dockerfileText: text, contexts: inStead })).rejects.toMatchObject({
    message: 'COPY failed: stat out: file does not exist',
    hint: 'there is no /out in the image maker',
  });
});

it('says what no context can be', async () => {
  await using stand = await buildStand();
  const dir = folder(stand, 'x', { a: 'A\n' });
  const of = (contexts: Readonly<Record<string, string>>) =>
    stand.build({ dockerfileText: 'FROM x\nUSER me\n', contexts });
  await expect(of({ x: 'ftp://here' })).rejects.toMatchObject({
    kind: 'unsupported',
    message: 'build context x=ftp://here is not supported',
  });
  await expect(of({ x: `oci-layout://${dir}/gone` })).rejects.toMatchObject({
    message: `oci-layout://${dir}/gone: there is no such folder`,
  });
  await expect(of({ x: `oci-layout://${dir}` })).rejects.toMatchObject({ code: 'bad-archive' });
  execFileSync('mkfifo', [join(dir, 'index.json')]);
  await expect(of({ x: `oci-layout://${dir}` })).rejects.toMatchObject({ code: 'bad-archive' });
  await expect(of({ 'no name': dir })).rejects.toMatchObject({
    message: 'invalid context name no name: invalid reference format',
  });
  await expect(
    stand.build({ dockerfileText: 'FROM scratch\nCOPY --from=x a b\n', contexts: { x: `${dir}/gone` } }),
  ).rejects.toMatchObject({ code: 'context-not-found' });
});

it('lets a stage stand on a folder', async () => {
  await using stand = await buildStand();
  const dir = stand.root.at('rootfs');
  mkdirSync(join(dir, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(dir, 'bin/sh'));
  chmodSync(join(dir, 'bin/sh'), 0o755);
  const spec = { dockerfileText: 'FROM rootfs\nRUN --network=none echo inside\n', contexts: { rootfs: dir } };
  const first = await stand.build(spec);
  expect(first.output).toBe('inside\n');
  expect(stand.services.images.get(first.result.imageId)?.diffIds).toHaveLength(2);
  expect((await stand.build(spec)).result.cachedSteps).toBe(2);
});

it('takes an image of an OCI layout by tag or digest, without naming it', async () => {
  await using stand = await buildStand();
  await stand.build({ dockerfileText: 'FROM busybox\nRUN --network=none echo one > /w\n', tags: ['t:one'] });
  await stand.build({ dockerfileText: 'FROM busybox\nRUN --network=none echo two > /w\n', tags: ['t:two'] });
  const archive = stand.root.at('layout.tar');
  const dir = stand.root.at('layout');
  mkdirSync(dir);
  const { signal } = new AbortController();
  await writeFile(archive, saveImages(stand.services, ['t:one', 't:two'], signal));
  execFileSync('tar', ['-C', dir, '-xf', archive]);
  const index = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8'));
  const of = (context: string) =>
    stand.build({
      dockerfileText: 'FROM base AS b\nFROM busybox\nCOPY --from=base /w /w\nRUN --network=none cat /w\n',
      contexts: { base: `oci-layout://${dir}${context}` },
      noCache: true,
    });
  expect((await of(':one')).output).toBe('one\n');
  expect((await of(`@${index.manifests[1].digest}`)).output).toBe('two\n');
  await expect(of('')).rejects.toMatchObject({ message: expect.stringMatching(/ has several images$/) });
  await expect(of(':three')).rejects.toMatchObject({ message: expect.stringMatching(/ has no three$/) });
});

it('brings a tar from a server', async () => {
  await using stand = await buildStand();
  const dir = folder(stand, 'far', { a: 'from afar\n' });
  const archive = execFileSync('tar', ['-C', dir, '-cz', '.']);
  const host = await scriptedServer((request, response) =>
    response.end(request.url === '/x.tgz' ? archive : 'words'),
  );
  const of = (url: string) =>
    stand.build({
      dockerfileText: 'FROM busybox\nCOPY --from=far /a /a\nRUN --network=none cat /a\n',
      contexts: { far: url },
    });
  expect((await of(`http://${host}/x.tgz`)).output).toBe('from afar\n');
  expect((await of(`http://${host}/x.tgz`)).result.cachedSteps).toBe(3);
  await expect(of(`http://${host}/words`)).rejects.toMatchObject({
    message: `http://${host}/words is no tar`,
  });
});
