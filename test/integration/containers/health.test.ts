import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { containerRecords } from '../../../src/core/containers/container-record.ts';
import { processIdentity } from '../../../src/core/host/process-identity.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const health = async (id: string) => (await stand.containers.inspect(id)).health;

test('health is checked without any gantry staying, told in lists and events, and ends with the container', async () => {
  const id = await stand.up({
    healthcheck: { Test: ['CMD-SHELL', 'test -e /well'], Interval: 100e6, Retries: 1 },
  });
  expect(await health(id)).toBe('starting');
  await stand.exec(id, 'touch', '/well');
  await until(async () => (await health(id)) === 'healthy');
  expect((await stand.containers.list({ filters: { health: ['healthy'] } })).map((one) => one.id)).toEqual([
    id,
  ]);
  await stand.exec(id, 'rm', '/well');
  await until(async () => (await health(id)) === 'unhealthy');

  const watcher = containerRecords(stand.services.metadata).get(id)?.health?.watcher;
  expect(processIdentity(watcher!.pid)).toEqual(watcher);
  await stand.containers.stop(id, { timeoutSeconds: 0 });
  await until(() => processIdentity(watcher!.pid)?.startTime !== watcher!.startTime);
  expect(await health(id)).toBe('none');
});

test('a check that takes too long is killed with all it started, and counts as failed', async () => {
  const id = await stand.up({
    healthcheck: {
      Test: ['CMD-SHELL', 'echo asking; (sleep 4711 & sleep 4711) & sleep 4711'],
      Interval: 50e6,
      Timeout: 300e6,
      Retries: 1,
    },
  });
  await until(async () => (await health(id)) === 'unhealthy');
  const { healthReport } = await stand.containers.inspect(id);
  expect(healthReport?.log[0]).toMatchObject({
    exitCode: -1,
    output: 'Health check exceeded timeout (300ms): asking\n',
  });
  const failures = async () => (await stand.containers.inspect(id)).healthReport?.failingStreak ?? 0;
  await until(async () => (await failures()) >= 5);
  // The first process of the container, and those of the check that may run at this moment.
  const runtime = await stand.services.runtime();
  expect((await runtime.processes(id)).length).toBeLessThanOrEqual(7);
});

test('the last five results are kept, with the beginning of what was printed', async () => {
  const id = await stand.up({
    healthcheck: {
      Test: ['CMD-SHELL', 'yes | head -c 5000; echo >&2; cat /count; echo x >>/count; exit 3'],
      Interval: 20e6,
      Retries: 3,
    },
  });
  const report = async () => (await stand.containers.inspect(id)).healthReport;
  await until(async () => ((await report())?.failingStreak ?? 0) > 5);
  const { status, log = [] } = (await report())!;
  expect(status).toBe('unhealthy');
  expect(log).toHaveLength(5);
  for (const { startedAt, endedAt, exitCode, output } of log) {
    expect(exitCode).toBe(3);
    expect(output).toBe(`${'y\n'.repeat(2048)}...`);
    expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
  }
  await stand.containers.stop(id, { timeoutSeconds: 0 });
  expect(await report()).toMatchObject({ status: 'unhealthy' });
});

test('who checks may be killed: the next look has it done again', async () => {
  const id = await stand.up({ healthcheck: { Test: ['CMD', 'true'], Interval: 50e6 } });
  const watcher = () => containerRecords(stand.services.metadata).get(id)!.health!.watcher;
  await until(async () => (await health(id)) === 'healthy');
  const first = watcher();
  process.kill(first.pid, 'SIGKILL');
  await until(() => processIdentity(first.pid) === undefined);
  await stand.containers.list();
  expect(processIdentity(watcher().pid)).toEqual(watcher());
  expect(await health(id)).toBe('healthy');
  const last = async () => (await stand.containers.inspect(id)).healthReport?.log.at(-1)?.startedAt ?? '';
  const before = await last();
  await until(async () => (await last()) > before);
});

test('a check that cannot be run says why', async () => {
  const id = await stand.up({ healthcheck: { Test: ['CMD', '/no/such'], Interval: 20e6, Retries: 1 } });
  await until(async () => (await health(id)) === 'unhealthy');
  const { healthReport } = await stand.containers.inspect(id);
  expect(healthReport?.log[0]?.output).toContain('no such file or directory');
});

test('without a check, or with NONE, there is nothing to tell', async () => {
  expect(await health(await stand.up({ healthcheck: { Test: ['NONE'] } }))).toBe('none');
  expect(await health(await stand.up())).toBe('none');
});
