import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { containerStatus } from '../../../src/app/commands/format/container-status.ts';
import { containerContext } from '../../../src/core/containers/container-context.ts';
import { type ContainerRecord, containerRecords } from '../../../src/core/containers/container-record.ts';
import { createContainers } from '../../../src/core/containers/create-containers.ts';
import { bootId, ownIdentity, processIdentity } from '../../../src/core/host/process-identity.ts';
import { checkStore } from '../../../src/core/integrity/check-store.ts';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { runProgram } from '../../support/run-program.ts';
import { startScript } from '../../support/script-process.ts';
import { foundIn } from '../../support/store-check.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const states = async () =>
  (await stand.containers.list({ all: true })).map(({ name, state }) => `${name} ${state}`);

describe('when somebody is killed', () => {
  test('a container goes on without the gantry that started it, and is found again', async () => {
    await using script = startScript(
      `
      const { standParts } = await import('${new URL('../../support/container-stand.ts', import.meta.url).pathname}');
      const { createContainers } = await import('SRC/core/containers/create-containers.ts');
      const containers = createContainers(await standParts(process.argv.at(-1)).containers());
      const { id } = await containers.create({ image: 'busybox', command: ['sh', '-c', 'echo begun; sleep 1000'] });
      const session = await containers.startAttached(id, { stdin: false });
      for await (const chunk of session.output) console.log(id);
      `,
      [stand.root.path],
    );
    const id = await script.line();
    await script.kill();
    expect((await stand.containers.inspect(id)).state).toBe('running');
    expect(await stand.exec(id, 'echo', 'still here')).toMatchObject({ stdout: 'still here\n' });
  });

  test('--rm is kept even when the client was killed before the end', async () => {
    await using script = startScript(
      `
      const { standParts } = await import('${new URL('../../support/container-stand.ts', import.meta.url).pathname}');
      const { createContainers } = await import('SRC/core/containers/create-containers.ts');
      const containers = createContainers(await standParts(process.argv.at(-1)).containers());
      const { id } = await containers.create({
        image: 'busybox', command: ['sh', '-c', 'echo begun; while ! test -e /end; do sleep 0.05; done'], autoRemove: true,
      });
      const session = await containers.startAttached(id, { stdin: false });
      for await (const chunk of session.output) console.log(id);
      `,
      [stand.root.path],
    );
    const id = await script.line();
    await script.kill();
    await stand.exec(id, 'touch', '/end');
    // Nobody looks at it: the monitor's own gantry must do it.
    await until(() => !existsSync(`${stand.root.dirs.containers}/${id}`));
    await until(async () => (await states()).length === 0);
  });

  test('without its monitor a container lives on, and its status is lost when it ends', async () => {
    const id = await stand.up();
    const record = JSON.parse(
      readFileSync(`${stand.root.dirs.containers}/${id}/monitor.pid`, 'utf8'),
    ) as number;
    process.kill(record, 'SIGKILL');
    await until(() => processIdentity(record) === undefined);
    const { pid, state, error } = await stand.containers.inspect(id);
    expect(state).toBe('running');
    const [listed] = await stand.containers.list();
    expect(listed && containerStatus(listed, Date.now())).toContain('(monitor lost)');
    expect(error).toContain('its monitor was killed');
    const report = await checkStore(await stand.parts.services(), containerContext(stand.services), {
      depth: 'quick',
    });
    expect(foundIn(report)).toEqual(['monitor-lost found']);
    await expect(stand.containers.attach(id, { stdin: false })).rejects.toMatchObject({
      code: 'monitor-gone',
      message: expect.stringContaining('its monitor was killed'),
    });
    const { warnings } = await stand.containers.stop(id, { timeoutSeconds: 0 });
    expect(warnings).toEqual([expect.stringContaining('its exit status is not known')]);
    expect(processIdentity(pid!)).toBeUndefined();
    expect(await stand.containers.inspect(id)).toMatchObject({
      state: 'exited',
      exitCode: 255,
      error: 'its monitor was killed, so its exit status is not known',
    });
    await stand.containers.remove(id);
  });

  test('what a container leaves among the processes of the machine ends with it', async () => {
    const id = await stand.up({
      pid: 'host',
      command: ['sh', '-c', 'sleep 4321 & while ! test -e /end; do sleep 0.05; done; exit 3'],
    });
    const left = async () => {
      const { stdout } = await runProgram(['pgrep', '-fx', 'sleep 4321']);
      return stdout.trim();
    };
    await until(async () => (await left()) !== '');
    writeFileSync(`/proc/${(await stand.containers.inspect(id)).pid}/root/end`, '');
    // Nobody looks at it: the monitor's own gantry must do it.
    await until(async () => (await left()) === '');
    expect(await stand.containers.inspect(id)).toMatchObject({ state: 'exited', exitCode: 3 });
    await stand.containers.start(id);
    await until(async () => (await left()) === '');
  });

  test('one that cannot be set right hides no other, and goes by force', async () => {
    await stand.up({ name: 'fine' });
    const { id } = await stand.run(['true'], { name: 'bent' });
    const records = containerRecords(stand.services.metadata);
    const process = { pid: 1, pidStartTime: '0', monitorPid: 0 };
    const run = { bootId: bootId(), owner: ownIdentity(), process };
    records.put(id, { ...records.get(id)!, state: 'running', run });
    const runtime = await stand.services.runtime();
    const services = {
      ...stand.services,
      runtime: async () => ({ ...runtime, delete: () => Promise.reject(new Error('no way')) }),
    };
    const seen = await createContainers(services).list({ all: true });
    expect(seen.map(({ name }) => name)).toEqual(['bent', 'fine']);
    await expect(createContainers(services).prune({})).resolves.toMatchObject({ removed: [] });
    await stand.containers.remove(id, { force: true });
    expect(await states()).toEqual(['fine running']);
  });

  test('a start that was cut off half-way is undone by the next look', async () => {
    await using script = startScript(
      `
      const { standParts } = await import('${new URL('../../support/container-stand.ts', import.meta.url).pathname}');
      const { createContainers } = await import('SRC/core/containers/create-containers.ts');
      const services = await standParts(process.argv.at(-1)).containers();
      const runtime = await services.runtime();
      const containers = createContainers({
        ...services,
        runtime: async () => ({ ...runtime, start: () => new Promise(() => { console.log('created'); setInterval(() => {}, 1000); }) }),
      });
      const { id } = await containers.create({ image: 'busybox', name: 'half', command: ['sleep', '1000'] });
      await containers.start(id);
      `,
      [stand.root.path],
    );
    expect(await script.line()).toBe('created');
    await script.kill();
    expect(await states()).toEqual(['half created']);
    await stand.containers.start('half');
    expect(await states()).toEqual(['half running']);
  });

  test('a gantry killed at any moment of a start leaves what the next one can use', async () => {
    for (let delayMs = 0; delayMs < 400; delayMs += 50) {
      const script = startScript(
        `
        const { standParts } = await import('${new URL('../../support/container-stand.ts', import.meta.url).pathname}');
        const { createContainers } = await import('SRC/core/containers/create-containers.ts');
        const containers = createContainers(await standParts(process.argv.at(-1)).containers());
        const port = { protocol: 'tcp', containerPort: 80, hostAddress: '', hostPort: 8099 };
        console.log('ready');
        const { id } = await containers.create({ image: 'busybox', name: 'victim', command: ['sleep', '1000'], ports: [port] });
        await containers.start(id);
        console.log('started');
        `,
        [stand.root.path],
      );
      await script.line();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await script.kill();
      const [victim] = await stand.containers.list({ all: true });
      if (victim === undefined) continue;
      // Whatever became of it, it can be started: port and address are there for it.
      await stand.containers.start('victim');
      expect((await stand.containers.inspect('victim')).ports[0]?.hostPort).toBe(8099);
      await stand.containers.remove('victim', { force: true });
    }
    expect((await createNetworks(stand.services).inspect('bridge')).endpoints).toEqual({});
  });

  test('a record of another boot counts as ended', async () => {
    const id = await stand.up();
    const { metadata } = stand.services;
    const records = containerRecords(metadata);
    const record = records.get(id)!;
    await stand.containers.kill(id);
    records.put(id, { ...record, run: { ...record.run!, bootId: 'another' } });
    expect(await stand.containers.inspect(id)).toMatchObject({
      state: 'exited',
      exitCode: 255,
      error: expect.stringContaining('the machine went down'),
    });
  });
});

describe('restart policies', () => {
  const record = (id: string) => containerRecords(stand.services.metadata).get(id)!;

  test('on-failure brings it back that many times, without any gantry', async () => {
    const id = await stand.up({
      command: ['sh', '-c', 'echo run >> /runs; exit 1'],
      restart: { name: 'on-failure', maximumRetries: 2 },
    });
    await until(() => record(id)?.restarts.count === 2 && record(id)?.state === 'exited');
    expect(await stand.containers.inspect(id)).toMatchObject({ exitCode: 1, restartCount: 2 });
  });

  test('always ends with a stop by hand, also while it waits', async () => {
    const id = await stand.up({ command: ['false'], restart: { name: 'always', maximumRetries: 0 } });
    await until(async () => (await stand.containers.inspect(id)).state === 'restarting');
    await stand.containers.stop(id);
    const details = await stand.containers.inspect(id);
    expect(details.state).toBe('exited');
    await expect(
      stand.containers.create({
        image: 'busybox',
        autoRemove: true,
        restart: { name: 'always', maximumRetries: 0 },
      }),
    ).rejects.toThrow("can't create 'AutoRemove' container with restart policy");
  });

  const always = { name: 'always', maximumRetries: 0 } as const;
  const put = (id: string, change: Partial<ContainerRecord>) =>
    containerRecords(stand.services.metadata).put(id, { ...record(id), ...change });
  const runs = async (id: string) => (await stand.containers.inspect(id)).state === 'running';
  const gone = { pid: 0, startTime: '' };

  test('always holds though its monitor was killed, whatever became of the status', async () => {
    const id = await stand.up({ restart: always });
    const { pid } = await stand.containers.inspect(id);
    process.kill(record(id).run!.process!.monitorPid, 'SIGKILL');
    process.kill(pid!, 'SIGKILL');
    await until(() => processIdentity(pid!) === undefined);
    await until(() => runs(id));
    expect(await stand.containers.inspect(id)).toMatchObject({ restartCount: 1 });
  });

  test('who waits for the time of a restart may be killed, and a boot may come between', async () => {
    const id = await stand.up({
      restart: always,
      command: ['sh', '-c', 'test -e /stay && sleep 1000; exit 1'],
    });
    await until(() => record(id).state === 'restarting' && record(id).restarts.delayMs >= 800);
    await until(() => record(id).restartedBy !== undefined);
    process.kill(record(id).restartedBy!.pid, 'SIGKILL');
    const snapshots = await stand.services.snapshots();
    writeFileSync(`${snapshots.mountPlan(`container-${id}`).upper}/stay`, '');
    await until(() => runs(id));

    const { pid } = await stand.containers.inspect(id);
    const { run } = record(id);
    process.kill(run!.process!.monitorPid, 'SIGKILL');
    process.kill(pid!, 'SIGKILL');
    put(id, { run: { ...run!, bootId: 'another' } });
    await until(() => runs(id));
  });

  test('a restart that was cut off is ended by the next look, unless it is stopped', async () => {
    const id = await stand.up();
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    put(id, { restartedBy: gone });
    await until(() => runs(id));
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    put(id, { restartedBy: gone });
    await stand.containers.stop(id);
    expect(record(id)).toMatchObject({ state: 'exited', stoppedByHand: true });

    const kept = await stand.up({ restart: always });
    const { pid } = await stand.containers.inspect(kept);
    put(kept, { restartedBy: gone });
    process.kill(pid!, 'SIGKILL');
    await until(() => processIdentity(pid!) === undefined);
    await until(() => runs(kept));
  });

  test('a start by policy that was cut off begins anew', async () => {
    const id = await stand.up({ restart: always });
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    put(id, {
      state: 'starting',
      run: { bootId: bootId(), owner: gone, process: undefined },
      restartedBy: gone,
    });
    await until(() => runs(id));
  });

  test('a container that keeps coming back stays down, whenever it is stopped', async () => {
    const restart = { name: 'always', maximumRetries: 0 } as const;
    for (let round = 0; round < 5; round += 1) {
      const id = await stand.up({ command: ['sh', '-c', 'sleep 0.1; exit 3'], restart });
      await until(() => record(id)?.restarts.count === 1);
      // Each time in another phase of its coming and going.
      for (let step = 0; step < round * 10; step += 1) await stand.containers.list({ all: true });
      await stand.containers.stop(id, { timeoutSeconds: 0 });
      const after = record(id);
      expect(after).toMatchObject({ state: 'exited', stoppedByHand: true });
      // Whoever was about to start it has given up by the time its lock is free.
      await stand.containers.stop(id);
      expect(record(id)).toEqual(after);
    }
  });
});
