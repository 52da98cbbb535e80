import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assembleImages } from '../../../src/core/assemble-images.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { imageUpon } from '../../support/image-upon.ts';
import { finished } from '../../support/runtime-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const states = async () =>
  (await stand.containers.list({ all: true })).map(({ name, state }) => `${name} ${state}`);

describe('a container that runs to its end', () => {
  test('gives its output, its streams apart, and its exit status', async () => {
    const result = await stand.run(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 7 });
    const details = await stand.containers.inspect(result.id);
    expect(details).toMatchObject({ state: 'exited', exitCode: 7, pid: undefined, ports: [] });
    expect(Date.parse(details.finishedAt!)).toBeGreaterThanOrEqual(Date.parse(details.startedAt!));
  });

  test('is gone with --rm, its folder and layer too', async () => {
    const { id } = await stand.run(['true'], { autoRemove: true });
    expect(await states()).toEqual([]);
    expect(existsSync(`${stand.root.dirs.containers}/${id}`)).toBe(false);
    const { snapshots } = await stand.parts.services();
    expect([...snapshots.list()].filter(({ kind }) => kind === 'active')).toEqual([]);
  });

  test('is killed for using too much memory: 137, and said so', async () => {
    const { id, exitCode } = await stand.run(['sh', '-c', 'exec tail /dev/zero'], {
      resources: { memoryBytes: 16 << 20, memorySwapBytes: 16 << 20 },
    });
    expect(exitCode).toBe(137);
    expect(await stand.containers.inspect(id)).toMatchObject({ oomKilled: true, exitCode: 137 });
  });

  test('can be started again, with what it wrote', async () => {
    const { id } = await stand.run(['sh', '-c', 'echo x >> /count; wc -l < /count']);
    await using session = await stand.containers.startAttached(id, { stdin: false });
    expect(await finished(session)).toMatchObject({ stdout: '2\n', exitCode: 0 });
  });

  test('reads what is given to it', async () => {
    const { id } = await stand.containers.create({ image: 'busybox', command: ['cat'], openStdin: true });
    await using session = await stand.containers.startAttached(id, { stdin: true });
    await session.write(Buffer.from('hello'));
    await session.closeInput();
    expect(await finished(session)).toMatchObject({ stdout: 'hello', exitCode: 0 });
  });
});

describe('a start that fails', () => {
  test('for a command that is not there: 127, and the container stays as created', async () => {
    const { id } = await stand.containers.create({ image: 'busybox', name: 'broken', command: ['nope'] });
    await expect(stand.containers.start(id)).rejects.toMatchObject({
      kind: 'start',
      exitCode: 127,
      message: expect.stringContaining('exec: "nope": executable file not found in $PATH'),
    });
    expect(await states()).toEqual(['broken created']);
    expect(await stand.containers.inspect(id)).toMatchObject({ exitCode: 127 });
  });

  test('for an empty word: 127, as for any other that is no program', async () => {
    const start = stand.run(['']);
    await expect(start).rejects.toMatchObject({
      message: expect.stringContaining('exec: "": executable file not found in $PATH'),
      details: { exitCode: 127 },
    });
  });

  test('for a file that is no program: 126', async () => {
    const { id } = await stand.containers.create({ image: 'busybox', command: ['/etc/passwd'] });
    await expect(stand.containers.start(id)).rejects.toMatchObject({ exitCode: 126 });
  });

  test('takes the container along with --rm', async () => {
    const { id } = await stand.containers.create({ image: 'busybox', command: ['nope'], autoRemove: true });
    await expect(stand.containers.start(id)).rejects.toMatchObject({ exitCode: 127 });
    expect(await states()).toEqual([]);
  });

  test('for a port in use gives back all it had taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    const port = { protocol: 'tcp', containerPort: 80, hostAddress: '', hostPort: address.port } as const;
    const { id } = await stand.containers.create({
      image: 'busybox',
      command: ['sleep', '9'],
      ports: [port],
    });
    await expect(stand.containers.start(id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'port-in-use',
      message: `Bind for 0.0.0.0:${port.hostPort} failed: port is already allocated`,
    });
    expect((await stand.containers.inspect(id)).state).toBe('created');
    server.close();
    await stand.containers.start(id);
    expect((await stand.containers.inspect(id)).ports[0]).toMatchObject({ hostPort: port.hostPort });
  });
});

describe('creation', () => {
  test('refuses a name that is taken, an image that is not here, and leaves nothing', async () => {
    const { id } = await stand.containers.create({ image: 'busybox', name: 'web' });
    await expect(stand.containers.create({ image: 'busybox', name: 'web' })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'name-in-use',
      message: `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
    });
    await expect(stand.containers.create({ image: 'nope' })).rejects.toMatchObject({
      kind: 'not-found',
      message: 'No such image: nope:latest',
    });
    await expect(stand.containers.create({ image: 'busybox', name: '-x' })).rejects.toMatchObject({
      message: 'Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    });
    await expect(
      stand.containers.create({ image: 'busybox', resources: { memoryBytes: 1000 } }),
    ).rejects.toThrow('Minimum memory limit allowed is 6MB');
    expect(await states()).toEqual(['web created']);
  });

  test('of one name by many at once succeeds once', async () => {
    const tries = Array.from({ length: 8 }, () => stand.containers.create({ image: 'busybox', name: 'one' }));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await states()).toEqual(['one created']);
    const { snapshots } = await stand.parts.services();
    expect([...snapshots.list()].filter(({ kind }) => kind === 'active')).toHaveLength(1);
  });

  test('makes up a name', async () => {
    await stand.containers.create({ image: 'busybox' });
    expect((await stand.containers.list({ all: true }))[0]?.name).toMatch(/^[a-z]+_[a-z]+$/);
  });
});

describe('stop and kill', () => {
  test('a stop asks first: the process may tidy up', async () => {
    const id = await upListening('TERM', 3);
    await stand.containers.stop(id);
    expect(await stand.containers.inspect(id)).toMatchObject({ state: 'exited', exitCode: 3 });
    await stand.containers.stop(id);
  });

  test('a stop kills what does not listen: 137', async () => {
    const id = await stand.up();
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    expect(await stand.containers.inspect(id)).toMatchObject({ state: 'exited', exitCode: 137 });
  });

  test("the container's own stop signal and time are used", async () => {
    const id = await upListening('USR1', 4, { stopSignal: 'SIGUSR1' });
    await stand.containers.stop(id);
    expect((await stand.containers.inspect(id)).exitCode).toBe(4);
  });

  test('a kill gives 128 and the signal; of one that does not run it is refused', async () => {
    const id = await stand.up({ name: 'victim', init: false });
    await stand.containers.kill('victim');
    expect(await stand.containers.inspect(id)).toMatchObject({ state: 'exited', exitCode: 137 });
    await expect(stand.containers.kill('victim')).rejects.toMatchObject({
      kind: 'conflict',
      message: `Cannot kill container: victim: container ${id} is not running`,
    });
    await expect(stand.containers.kill('victim', { killSignal: 'SIGNOPE' })).rejects.toThrow(
      'invalid signal: SIGNOPE',
    );
  });

  test('a restart is a new process of the same container', async () => {
    const id = await stand.up({ autoRemove: true });
    const before = await stand.containers.inspect(id);
    await stand.containers.restart(id, { timeoutSeconds: 0 });
    const after = await stand.containers.inspect(id);
    expect(after.state).toBe('running');
    expect(after.pid).not.toBe(before.pid);
  });
});

describe('pause', () => {
  test('freezes and lets go; other calls are refused meanwhile', async () => {
    const id = await stand.up({ name: 'pp' });
    await stand.containers.pause(id);
    expect(await states()).toEqual(['pp paused']);
    await expect(stand.containers.pause(id)).rejects.toThrow(`Container ${id} is already paused`);
    await expect(stand.containers.exec(id, { command: ['true'] })).rejects.toThrow(
      `Container ${id} is paused, unpause the container before exec`,
    );
    await expect(stand.containers.remove(id)).rejects.toThrow(
      'cannot remove container "pp": container is paused and must be unpaused first',
    );
    await expect(stand.containers.start(id)).rejects.toThrow(
      'cannot start a paused container, try unpause instead',
    );
    await stand.containers.unpause(id);
    await expect(stand.containers.unpause(id)).rejects.toThrow(`Container ${id} is not paused`);
    expect(await stand.exec(id, 'echo', 'here')).toMatchObject({ stdout: 'here\n' });
  });

  test('a paused container can be stopped and removed by force', async () => {
    const one = await stand.up();
    await stand.containers.pause(one);
    await stand.containers.stop(one, { timeoutSeconds: 0 });
    expect((await stand.containers.inspect(one)).exitCode).toBe(137);
    const two = await stand.up();
    await stand.containers.pause(two);
    await stand.containers.remove(two, { force: true });
    await stand.containers.remove(one);
    expect(await states()).toEqual([]);
  });
});

describe('remove', () => {
  test('takes the layers of an image along that was removed by force before its last container', async () => {
    const services = await stand.parts.services();
    const layers = () => [...services.snapshots.list()].map(({ key }) => key).sort();
    const before = layers();
    const image = await imageUpon(services, services.images.resolve('busybox'), {
      name: 'lost',
      prepare: (dir) => writeFileSync(`${dir}/mark`, 'x'),
    });
    const { id } = await stand.run(['true'], { image: 'lost' });
    await (await assembleImages(stand.parts)).remove(image.id, { force: true });
    expect(layers()).toContain(image.topChainId);
    await stand.containers.remove(id);
    expect(layers()).toEqual(before);
  });

  test('refuses what runs, unless forced', async () => {
    const id = await stand.up({ name: 'busy' });
    await expect(stand.containers.remove('busy')).rejects.toMatchObject({
      kind: 'conflict',
      message:
        'cannot remove container "busy": container is running: stop the container before removing or force remove',
    });
    await stand.containers.remove(id.slice(0, 12), { force: true });
    await expect(stand.containers.inspect(id)).rejects.toThrow(`No such container: ${id}`);
  });

  test('prune takes those that ended, and tells before when asked', async () => {
    const { id } = await stand.run(['sh', '-c', 'echo 12345 > /file']);
    const running = await stand.up();
    expect(await stand.containers.prune({ dryRun: true })).toEqual({ removed: [id], reclaimedBytes: 6 });
    // Two that were killed while they made one; the second had come further.
    const begun = ['a', 'b'].map((digit) => `${stand.root.dirs.containers}/${digit.repeat(64)}`);
    for (const folder of begun) mkdirSync(folder);
    writeFileSync(`${begun[1]}/file`, '');
    expect(await stand.containers.prune()).toEqual({ removed: [id], reclaimedBytes: 6 });
    expect(begun.map((folder) => existsSync(folder))).toEqual([false, true]);
    rmSync(begun[1] ?? '', { recursive: true });
    expect((await stand.containers.list({ all: true })).map((container) => container.id)).toEqual([running]);
  });
});

test('rename changes the name everywhere, and refuses one that is taken', async () => {
  const id = await stand.up({ name: 'old' });
  await stand.containers.create({ image: 'busybox', name: 'other' });
  await expect(stand.containers.rename(id, 'other')).rejects.toMatchObject({ code: 'name-in-use' });
  await expect(stand.containers.rename(id, 'old')).rejects.toThrow('Renaming a container with the same name');
  await stand.containers.rename(id, 'new');
  expect((await stand.containers.inspect('new')).id).toBe(id);
  await expect(stand.containers.inspect('old')).rejects.toThrow('No such container: old');
  await stand.containers.create({ image: 'busybox', name: 'old' });
});

describe('wait', () => {
  test('gives the exit status, also of what has ended long ago', async () => {
    const id = await stand.up({ command: ['sh', '-c', 'read x; exit 5'], openStdin: true });
    const waiting = stand.containers.wait(id);
    await using session = await stand.containers.attach(id, { stdin: true });
    await session.write(Buffer.from('\n'));
    expect(await waiting).toBe(5);
    expect(await stand.containers.wait(id)).toBe(5);
  });

  test('hears it from the process that removes a --rm container', async () => {
    const id = await upListening('TERM', 6, { autoRemove: true });
    const waiting = stand.containers.wait(id, { until: 'removed' });
    await stand.containers.stop(id);
    expect(await waiting).toBe(6);
  });
});

test('exec gives output and status, and is refused where nothing runs', async () => {
  const id = await stand.up({ env: ['COLOUR=blue'] });
  expect(await stand.exec(id, 'sh', '-c', 'echo $COLOUR; exit 9')).toMatchObject({
    stdout: 'blue\n',
    exitCode: 9,
  });
  await stand.containers.stop(id, { timeoutSeconds: 0 });
  await expect(stand.containers.exec(id, { command: ['true'] })).rejects.toMatchObject({
    kind: 'conflict',
    message: `container ${id} is not running`,
  });
  await expect(stand.containers.attach(id, { stdin: false })).rejects.toThrow(
    'You cannot attach to a stopped container, start it first',
  );
});

test('top shows the processes, stats their use', async () => {
  const id = await stand.up({ command: ['sh', '-c', 'sleep 1000 & wait'] });
  const commands = async () => (await stand.containers.top(id)).rows.map((row) => row.at(-1));
  await until(async () => (await commands()).includes('sleep 1000'));
  const { titles, rows } = await stand.containers.top(id);
  expect(titles).toEqual(['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
  expect(rows.map((row) => row.at(-1)).toSorted()).toEqual(['sh -c sleep 1000 & wait', 'sleep 1000']);
  for await (const reading of stand.containers.stats(id)) {
    expect(reading).toMatchObject({ id, pids: 2 });
    expect(reading.memoryBytes).toBeGreaterThan(0);
    break;
  }
});

/** A container whose process ends with `status` by a signal, and listens for it by now. */
async function upListening(
  signal: string,
  status: number,
  spec: Parameters<typeof stand.up>[0] = {},
): Promise<string> {
  const script = `trap "exit ${status}" ${signal}; : > /listening; while :; do sleep 0.05; done`;
  const id = await stand.up({ ...spec, command: ['sh', '-c', script] });
  await until(async () => (await stand.exec(id, 'test', '-e', '/listening')).exitCode === 0);
  return id;
}
