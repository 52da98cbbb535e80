import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

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
  await expect(of({ x: dir })).rejects.toMatchObject({
    message: `a stage cannot stand on the folder ${dir}`,
  });
  await expect(of({ x: 'oci-layout://here' })).rejects.toMatchObject({
    kind: 'unsupported',
    message: 'build context x=oci-layout://here is not supported',
  });
  await expect(of({ 'no name': dir })).rejects.toMatchObject({
    message: 'invalid context name no name: invalid reference format',
  });
  await expect(
    stand.build({ dockerfileText: 'FROM scratch\nCOPY --from=x a b\n', contexts: { x: `${dir}/gone` } }),
  ).rejects.toMatchObject({ code: 'context-not-found' });
});
