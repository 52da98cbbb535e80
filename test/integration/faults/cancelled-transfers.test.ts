import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import type { Operation } from '../../../src/engine/operation.ts';
import type { TransferEvent } from '../../../src/engine/transfer-events.ts';
import { type FaultyRegistry, faultyRegistry } from '../../support/faulty-registry.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { addImage, type ImageSketch } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let server: RegistryServer;
let proxy: FaultyRegistry;
let registry: RegistryClient;
let engine: TestEngine;

const layers: ImageSketch['layers'] = [1, 2, 3].map((at) => [
  { path: `file-${at}`, content: randomBytes(400_000) },
]);

beforeAll(async () => {
  server = await registryServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  proxy = await faultyRegistry(server.host);
  registry = createRegistryClient({});
  engine = testEngine(registry);
});
afterEach(async () => {
  engine[Symbol.dispose]();
  registry[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
});

/** Cancels at the first event that `isIt`; tells whether there was one. */
async function cancelAt(
  operation: Operation<TransferEvent, unknown>,
  isIt: (event: TransferEvent) => boolean,
): Promise<boolean> {
  let seen = false;
  for await (const event of operation) {
    if (seen || !isIt(event)) continue;
    seen = true;
    operation.cancel();
  }
  const end = await operation.result.then(
    () => 'done',
    (error: { kind: string }) => error.kind,
  );
  // What was nearly done may be done.
  expect(seen ? ['cancelled', 'done'] : ['done']).toContain(end);
  return seen;
}

const atPhase = (phase: string) => (event: TransferEvent) => event.kind === 'layer' && event.phase === phase;
const atMessage = (event: TransferEvent) => event.kind === 'message';

/** Slowly enough that every phase is seen. */
const slowly: FaultyRegistry['fault'] = (method, path) =>
  method === 'GET' && path.includes('/blobs/') ? { bytesPerSecond: 3_000_000 } : undefined;

describe('a pull that is cancelled', () => {
  const name = () => `${proxy.host}/web:1`;
  beforeAll(async () => {
    using direct = createRegistryClient({});
    using source = testEngine(direct);
    await addImage(source, { names: [`${server.host}/web:1`], layers });
    await source.port.push(`${server.host}/web:1`).result;
  });

  it.each<[when: string, isIt: (event: TransferEvent) => boolean]>([
    ['before anything came', atMessage],
    ['while a layer waits', atPhase('waiting')],
    ['while one comes', atPhase('downloading')],
    ['when one has come', atPhase('downloaded')],
    ['while one is unpacked', atPhase('extracting')],
    ['when one is unpacked', atPhase('done')],
  ])('%s leaves no image, and the next one brings all of it', async (_, isIt) => {
    proxy.fault = slowly;
    expect(await cancelAt(engine.port.pull(name()), isIt)).toBe(true);
    expect(engine.images.list()).toEqual([]);
    expect(engine.metadata.leases.list()).toEqual([]);
    proxy.fault = () => undefined;
    await engine.port.pull(name()).result;
    expect(engine.images.resolve(name()).sizeBytes).toBe(1_200_000);
    expect(readdirSync(join(engine.dirs.content, 'ingest'))).toEqual([]);
    await engine.port.remove(name());
    expect([...engine.snapshots.list()]).toEqual([]);
  });

  it('goes on in others that wait for the same', async () => {
    proxy.fault = slowly;
    const pulls = Array.from({ length: 10 }, () => engine.port.pull(name()));
    for (const pull of pulls.slice(0, 9)) void cancelAt(pull, atPhase('downloading'));
    await pulls.at(-1)?.result;
    await Promise.allSettled(pulls.map(({ result }) => result));
    expect(engine.images.list()).toHaveLength(1);
    expect(engine.metadata.leases.list()).toEqual([]);
  });

  it('is not needed by ten that go on: each blob comes once', async () => {
    const pulls = Array.from({ length: 10 }, () => engine.port.pull(name()).result);
    await Promise.all(pulls);
    const fetched = proxy.seen.filter((line) => line.startsWith('GET') && line.includes('/blobs/'));
    expect(fetched).toHaveLength(new Set(fetched).size);
  });
});

describe('a push that is cancelled', () => {
  it.each<[when: string, isIt: (event: TransferEvent) => boolean]>([
    ['while a layer is compressed', atPhase('preparing')],
    ['while one waits', atPhase('waiting')],
    ['while one goes', atPhase('pushing')],
    ['when one is there', atPhase('pushed')],
  ])('%s leaves no tag, and the next one sends the same', async (when, isIt) => {
    const name = `${proxy.host}/${when.replaceAll(' ', '-')}:1`;
    const image = await addImage(engine, { names: [name], layers });
    let manifests = 0;
    proxy.fault = (method, path) => {
      if (method === 'PUT' && path.includes('/manifests/')) manifests += 1;
      return method === 'PATCH' ? { delayMs: 50 } : undefined;
    };
    expect(await cancelAt(engine.port.push(name), isIt)).toBe(true);
    expect(manifests).toBe(0);
    expect(engine.metadata.leases.list()).toEqual([]);
    await engine.port.push(name).result;
    using reader = testEngine(registry);
    const [pulled] = await reader.port.pull(name).result;
    expect(pulled?.id).toBe(image.id);
  });
});
