import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import type { TransferEvent } from '../../../src/engine/transfer-events.ts';
import { type FaultyRegistry, faultyRegistry } from '../../support/faulty-registry.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';
import { until } from '../../support/until.ts';

let server: RegistryServer;
let proxy: FaultyRegistry;
let registry: RegistryClient;
let engine: TestEngine;

const isBlob = (path: string): boolean => path.includes('/blobs/sha256:');
const big = randomBytes(3_000_000);

beforeAll(async () => {
  server = await registryServer();
  await using direct = { registry: createRegistryClient({}), [Symbol.asyncDispose]: async () => undefined };
  using source = testEngine(direct.registry);
  await addImage(source, {
    names: [`${server.host}/web:1`],
    layers: [[{ path: 'big', content: big }], [{ path: 'small', content: 'small' }]],
  });
  await source.port.push(`${server.host}/web:1`).result;
  direct.registry[Symbol.dispose]();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  proxy = await faultyRegistry(server.host);
  registry = createRegistryClient({});
  engine = testEngine(registry);
});
afterEach(async () => {
  registry[Symbol.dispose]();
  engine[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
});

const pull = () => engine.port.pull(`${proxy.host}/web:1`);

describe('a pull over a broken connection', () => {
  it('goes on where it broke, and tells so', async () => {
    proxy.fault = (method, path, count) =>
      method === 'GET' && isBlob(path) && count <= 2 ? { cutAfterBytes: 1_000_000 } : undefined;
    const operation = pull();
    const phases = new Set<string>();
    for await (const event of operation) if (event.kind === 'layer') phases.add(event.phase);
    await operation.result;
    expect(phases).toContain('retrying');
    expect(proxy.seen.filter((line) => line.includes('bytes='))).toEqual([
      expect.stringMatching(/bytes=[1-9][0-9]{5,6}-$/),
      expect.stringMatching(/bytes=[12][0-9]{6}-$/),
    ]);
    expect(engine.images.resolve(`${proxy.host}/web:1`).sizeBytes).toBe(3_000_005);
  });

  it('begins anew where the registry knows no ranges', async () => {
    proxy.fault = (method, path, count) => {
      if (method !== 'GET' || !isBlob(path)) return undefined;
      return count === 1 ? { cutAfterBytes: 1_000_000 } : { ignoreRange: true };
    };
    await pull().result;
    expect(engine.images.list()).toHaveLength(1);
  });

  it('keeps what came for the next try when it never gets through', async () => {
    proxy.fault = (method, path, count) => {
      if (method !== 'GET' || !isBlob(path)) return undefined;
      return count === 1 ? { cutAfterBytes: 1_000_000 } : { cutAfterBytes: 0 };
    };
    await expect(pull().result).rejects.toMatchObject({ kind: 'network' });
    expect(engine.images.list()).toEqual([]);
    expect([...engine.snapshots.list()]).toEqual([]);
    proxy.fault = () => undefined;
    const before = proxy.seen.length;
    await pull().result;
    expect(proxy.seen.slice(before).some((line) => /bytes=[1-9][0-9]{5,}-/.test(line))).toBe(true);
  });

  it('tries again after an error that passes, and not after one that does not', async () => {
    proxy.fault = (_, path, count) =>
      path.includes('/manifests/') && count === 1 ? { status: 503 } : undefined;
    await pull().result;
    proxy.fault = (_, path) => (path.includes('/manifests/') ? { status: 418 } : undefined);
    const before = proxy.seen.length;
    await expect(pull().result).rejects.toMatchObject({ code: 'registry-refused' });
    const asked = proxy.seen.slice(before).filter((line) => line.includes('/manifests/'));
    expect(asked).toEqual([...new Set(asked)]);
  });

  it('ends at once when cancelled while nothing comes', async () => {
    proxy.fault = (method, path) => (method === 'GET' && isBlob(path) ? { stall: true } : undefined);
    const operation = pull();
    await until(() => proxy.seen.some((line) => line.startsWith('GET') && isBlob(line)));
    operation.cancel();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect([...engine.snapshots.list()]).toEqual([]);
  });
});

describe('a registry that lies', () => {
  it.each(['/manifests/', '/blobs/sha256:'])('is found out: %s', async (part) => {
    proxy.fault = (method, path) => (method === 'GET' && path.includes(part) ? { tamper: true } : undefined);
    await expect(pull().result).rejects.toMatchObject({ kind: 'corrupt' });
    expect(engine.images.list()).toEqual([]);
    expect([...engine.snapshots.list()]).toEqual([]);
  });

  it('leaves nothing that a later, honest pull would trust', async () => {
    proxy.fault = (method, path) => (method === 'GET' && isBlob(path) ? { tamper: true } : undefined);
    await expect(pull().result).rejects.toMatchObject({ kind: 'corrupt' });
    proxy.fault = () => undefined;
    await pull().result;
    expect(engine.images.list()).toHaveLength(1);
  });
});

describe('a push over a broken connection', () => {
  it('is tried again', async () => {
    await addImage(engine, {
      names: [`${proxy.host}/mine`],
      layers: [[{ path: 'x', content: randomBytes(100_000) }]],
    });
    let failed = 0;
    proxy.fault = (method) => {
      if (method !== 'PATCH' || failed > 0) return undefined;
      failed += 1;
      return { cutAfterBytes: 0 };
    };
    const events: TransferEvent[] = [];
    const push = engine.port.push(`${proxy.host}/mine`);
    for await (const event of push) events.push(event);
    const [pushed] = await push.result;
    expect(pushed?.digest).toMatch(/^sha256:/);
  });
});
