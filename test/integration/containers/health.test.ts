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

test('a check that takes too long counts as failed', async () => {
  const id = await stand.up({
    healthcheck: { Test: ['CMD', 'sleep', '1000'], Interval: 50e6, Timeout: 100e6, Retries: 1 },
  });
  await until(async () => (await health(id)) === 'unhealthy');
});

test('without a check, or with NONE, there is nothing to tell', async () => {
  expect(await health(await stand.up({ healthcheck: { Test: ['NONE'] } }))).toBe('none');
  expect(await health(await stand.up())).toBe('none');
});
