import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { mustRun } from '../../support/run-program.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const letters = async (id: string) =>
  (await stand.containers.diff(id)).map(({ kind, path }) => `${kind[0]?.toUpperCase()} ${path}`);

test('diff tells what was added, changed and deleted, and nothing of what the runtime made', async () => {
  const idle = await stand.up();
  expect(await letters(idle)).toEqual([]);
  const { id } = await stand.run([
    'sh',
    '-c',
    'mkdir -p /new/deep; echo x >/new/deep/file; echo more >>/etc/group; rm /bin/vi; rm -r /root; mkdir /root; touch /root/mine; touch /tmp/.wh.odd /new-er',
  ]);
  expect(await letters(id)).toEqual([
    'C /bin',
    'D /bin/vi',
    'C /etc',
    'C /etc/group',
    'A /new',
    'A /new/deep',
    'A /new/deep/file',
    'A /new-er',
    'C /root',
    'A /root/mine',
    'C /tmp',
    'A /tmp/.wh.odd',
  ]);
});

test('export holds the whole tree and nothing of volumes, of running containers too', async () => {
  for (const running of [true, false]) {
    const spec = {
      command: ['sh', '-c', 'echo own >/own; echo held >/data/held; touch /ready; sleep 1000'],
      mounts: [{ type: 'volume', name: `v${running}`, target: '/data', readOnly: false, noCopy: false }],
    } as const;
    const id = await stand.up(spec);
    await stand.exec(id, 'sh', '-c', 'until [ -e /ready ]; do sleep 0.02; done');
    if (!running) await stand.containers.stop(id, { timeoutSeconds: 0 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of stand.containers.export(id)) chunks.push(chunk);
    const file = stand.root.at(`export-${running}.tar`);
    writeFileSync(file, Buffer.concat(chunks));
    const names = (await mustRun(['tar', '-tf', file])).split('\n');
    expect(names).toEqual(expect.arrayContaining(['own', 'bin/busybox', 'data/', 'proc/']));
    expect(names.filter((name) => /^(?:data|proc|sys|dev)\/./.test(name) && !name.endsWith('/'))).toEqual([]);
  }
});

test('commit makes an image that runs as the container did, without its volumes', async () => {
  const images = await stand.services.images();
  mkdirSync(stand.root.at('bind'), { recursive: true });
  const id = await stand.up({
    command: ['sh', '-c', 'echo kept >/kept; echo lost >/data/lost; rm /bin/vi; touch /ready; sleep 1000'],
    env: ['A=b'],
    labels: { of: 'container' },
    workingDir: '/tmp',
    mounts: [{ type: 'volume', name: undefined, target: '/data', readOnly: false, noCopy: false }],
  });
  await stand.exec(id, 'sh', '-c', 'until [ -e /ready ]; do sleep 0.02; done');
  const made = await stand.containers.commit(id, {
    reference: 'made:1',
    author: 'Ada',
    message: 'said',
    changes: ['CMD ["cat", "/kept"]', 'LABEL by=commit'],
  });
  expect(made).toMatch(/^sha256:[0-9a-f]{64}$/);
  const image = images.resolve('made:1');
  expect(image.id).toBe(made);
  expect(image.config.author).toBe('Ada');
  expect(image.config.history?.at(-1)).toMatchObject({ comment: 'said', author: 'Ada' });
  expect(image.config.config).toMatchObject({
    Cmd: ['cat', '/kept'],
    Env: ['A=b'],
    Labels: { of: 'container', by: 'commit' },
    Volumes: { '/data': {} },
    WorkingDir: '/tmp',
  });
  const { id: _ran, ...ran } = await stand.run([], { image: 'made:1', command: undefined });
  expect(ran).toMatchObject({ exitCode: 0, stdout: 'kept\n' });
  const listed = await stand.run(['sh', '-c', 'ls /bin/vi /data; echo $A'], { image: 'made:1' });
  expect(listed.stdout).toBe('/data:\nb\n');
  // It goes on as if nothing had been.
  expect((await stand.containers.inspect(id)).state).toBe('running');
  expect((await stand.exec(id, 'echo', 'awake')).stdout).toBe('awake\n');
  await expect(stand.containers.commit(id, { changes: ['RUN x'] })).rejects.toThrow(
    'not a valid change command',
  );
  await expect(stand.containers.commit('nobody')).rejects.toThrow('No such container');
});

test('a container of a container of a container is committed layer upon layer', async () => {
  let image = 'busybox';
  for (const name of ['one', 'two', 'three']) {
    const { id } = await stand.run(['sh', '-c', `echo ${name} >>/log; touch /${name}`], { image });
    await stand.containers.commit(id, { reference: name, pause: false });
    image = name;
  }
  const { stdout } = await stand.run(['sh', '-c', 'cat /log; ls /one /two /three'], { image });
  expect(stdout).toBe('one\ntwo\nthree\n/one\n/three\n/two\n');
  const images = await stand.services.images();
  expect(images.resolve('three').diffIds).toHaveLength(4);
});
