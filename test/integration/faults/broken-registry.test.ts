import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import { defaultSettings } from '../../../src/core/registry/registry-settings.ts';
import { atRandom, type Fault, type FaultyRegistry, faultyRegistry } from '../../support/faulty-registry.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';
import { until } from '../../support/until.ts';

let server: RegistryServer;
let proxy: FaultyRegistry;
let registry: RegistryClient;
let engine: TestEngine;
let bigBlob: string;

const isBlob = (path: string): boolean => path.includes('/blobs/sha256:');
const isBig = (path: string): boolean => path.endsWith(bigBlob);
const big = randomBytes(3_000_000);

beforeAll(async () => {
  server = await registryServer();
  using direct = createRegistryClient({});
  using source = testEngine(direct);
  const name = `${server.host}/web:1`;
  await addImage(source, {
    names: [name],
    layers: [[{ path: 'big', content: big }], [{ path: 'small', content: 'small' }]],
  });
  await source.port.push(name).result;
  const { layers } = await source.images.manifest(source.images.resolve(name).id);
  bigBlob = layers[0]?.digest ?? '';
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

/** Whole, verified against what was pushed. */
function expectPulled(): void {
  expect(engine.images.resolve(`${proxy.host}/web:1`).sizeBytes).toBe(3_000_005);
  expect(unfinished()).toEqual([]);
}

function expectNothingHere(): void {
  expect(engine.images.list()).toEqual([]);
  expect([...engine.snapshots.list()]).toEqual([]);
}

function unfinished(): readonly string[] {
  return readdirSync(join(engine.dirs.content, 'ingest'));
}

describe('a pull over a broken connection', () => {
  it('goes on where it broke, and tells so', async () => {
    proxy.fault = (method, path, count) =>
      method === 'GET' && isBig(path) && count <= 2
        ? { [count === 1 ? 'cutAfterBytes' : 'truncateAfterBytes']: 1_000_000 }
        : undefined;
    const operation = pull();
    const phases = new Set<string>();
    for await (const event of operation) if (event.kind === 'layer') phases.add(event.phase);
    await operation.result;
    expect(phases).toContain('retrying');
    expect(proxy.seen.filter((line) => line.includes('bytes='))).toEqual([
      expect.stringMatching(/bytes=[1-9][0-9]{5,6}-$/),
      expect.stringMatching(/bytes=[12][0-9]{6}-$/),
    ]);
    expectPulled();
  });

  it('reads on also where the registry knows no ranges', async () => {
    proxy.fault = (method, path, count) => {
      if (method !== 'GET' || !isBlob(path)) return undefined;
      return count === 1 ? { cutAfterBytes: 1_000_000 } : { ignoreRange: true };
    };
    await pull().result;
    expectPulled();
  });

  it('keeps what came for the next try when it never gets through', async () => {
    proxy.fault = (method, path, count) => {
      if (method !== 'GET' || !isBlob(path)) return undefined;
      return count === 1 ? { cutAfterBytes: 1_000_000 } : { cutAfterBytes: 0 };
    };
    await expect(pull().result).rejects.toMatchObject({
      code: 'download-cut-short',
      hint: 'Pull again: what came is kept and continued.',
    });
    expectNothingHere();
    proxy.fault = () => undefined;
    const before = proxy.seen.length;
    await pull().result;
    expect(proxy.seen.slice(before).some((line) => /bytes=[1-9][0-9]{5,}-/.test(line))).toBe(true);
    expectPulled();
  });

  it('asks again for a manifest that broke in the middle', async () => {
    proxy.fault = (method, path, count) =>
      method === 'GET' && path.includes('/manifests/') && count <= 2 ? { cutAfterBytes: 50 } : undefined;
    await pull().result;
    expectPulled();
    proxy.fault = (method, path) =>
      method === 'GET' && path.includes('/tags/') ? { cutAfterBytes: 5 } : undefined;
    const all = engine.port.pull(`${proxy.host}/web`, { allTags: true }).result;
    await expect(all).rejects.toMatchObject({ kind: 'network', code: 'answer-cut-short' });
  });

  it('ends well when one answer in three breaks somewhere', async () => {
    proxy.fault = atRandom(0.33, 400_000);
    await pull().result;
    expectPulled();
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

  it('waits as long as a busy registry asks for, but not for hours', async () => {
    const busy = (seconds: string, times: number): FaultyRegistry['fault'] => {
      return (_, path, count) =>
        isBig(path) && count <= times ? { status: 429, headers: { 'Retry-After': seconds } } : undefined;
    };
    proxy.fault = busy('3600', 9);
    await expect(pull().result).rejects.toMatchObject({
      code: 'registry-rate-limit',
      hint: expect.stringContaining('Try again in 3600 seconds'),
    });
    expectNothingHere();
    proxy.fault = busy('1', 2);
    const begun = performance.now();
    await pull().result;
    expect(performance.now() - begun).toBeGreaterThan(950);
    expectPulled();
  });

  it('gives up on a registry that only fails, after a few tries', async () => {
    proxy.fault = (_, path) => (isBig(path) ? { status: 500 } : undefined);
    await expect(pull().result).rejects.toMatchObject({ kind: 'network', code: 'registry-refused' });
    expect(proxy.seen.filter(isBig).length).toBeLessThan(6);
    expectNothingHere();
  });

  it('takes a connection that has gone quiet for a broken one', async () => {
    using hasty = createRegistryClient({}, { settings: { ...defaultSettings, idleTimeoutMs: 300 } });
    using quick = testEngine(hasty);
    proxy.fault = (method, path, count) =>
      method === 'GET' && isBig(path) && count === 1 ? { stallAfterBytes: 1_000_000 } : undefined;
    await quick.port.pull(`${proxy.host}/web:1`).result;
    expect(proxy.seen.filter(isRange)).toEqual([expect.stringMatching(/bytes=[1-9][0-9]{5,6}-$/)]);
    expect(quick.images.resolve(`${proxy.host}/web:1`).sizeBytes).toBe(3_000_005);
  });

  it('takes a connection that only drips for a broken one, and goes on where it was', async () => {
    using hasty = createRegistryClient({}, { settings: { ...defaultSettings, idleTimeoutMs: 300 } });
    using quick = testEngine(hasty);
    proxy.fault = (method, path, count) =>
      method === 'GET' && isBig(path) && count === 1 ? { dripAfterBytes: 1_000_000 } : undefined;
    await quick.port.pull(`${proxy.host}/web:1`).result;
    expect(proxy.seen.find(isRange)).toMatch(/bytes=[1-9][0-9]{5,6}-$/);
    expect(quick.images.resolve(`${proxy.host}/web:1`).sizeBytes).toBe(3_000_005);
  });

  it('is not held by a manifest that drips for ever', async () => {
    using hasty = createRegistryClient({}, { settings: { ...defaultSettings, idleTimeoutMs: 100 } });
    using quick = testEngine(hasty);
    proxy.fault = (_, path) => (path.includes('/manifests/') ? { dripAfterBytes: 10 } : undefined);
    await expect(quick.port.pull(`${proxy.host}/web:1`).result).rejects.toMatchObject({
      code: 'answer-too-slow',
    });
  });

  it('ends at once when cancelled while nothing comes', async () => {
    proxy.fault = (method, path) =>
      method === 'GET' && isBlob(path) ? { stallAfterBytes: 1000 } : undefined;
    const operation = pull();
    await until(() => proxy.seen.some((line) => line.startsWith('GET') && isBlob(line)));
    operation.cancel();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
    expectNothingHere();
  });
});

describe('a registry that lies', () => {
  const size = { 'content-length': '99' };
  const type = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
  const digest = { 'docker-content-digest': `sha256:${'a'.repeat(64)}` };
  it.each<[what: string, part: string, fault: Fault, code: string]>([
    [
      'a manifest with another byte',
      '/manifests/',
      { tamper: true },
      'bad-document|manifest-digest-mismatch',
    ],
    ['a manifest that says it is another', '/manifests/', { headers: digest }, 'manifest-digest-mismatch'],
    ['a manifest that says it is an index', '/manifests/', { headers: type }, 'bad-document'],
    ['a manifest without end', '/manifests/', { extend: true }, 'answer-too-large'],
    [
      'a blob with another byte',
      '/blobs/sha256:',
      { tamper: true },
      'digest-mismatch|bad-compression|bad-tar',
    ],
    ['a blob without end', '/blobs/sha256:', { extend: true }, 'size-mismatch'],
    ['a blob that says it is shorter', '/blobs/sha256:', { headers: size }, 'size-mismatch'],
    ['a redirect to itself', '/blobs/sha256:', { redirect: 'loop' }, 'too-many-redirects'],
    ['a redirect to nowhere', '/blobs/sha256:', { redirect: 'ftp://x/' }, 'bad-redirect'],
  ])('is found out, and nothing of it stays: %s', async (_, part, fault, code) => {
    proxy.fault = (method, path) => (method === 'GET' && path.includes(part) ? fault : undefined);
    await expect(pull().result).rejects.toMatchObject({ code: expect.stringMatching(code) });
    expectNothingHere();
    // An honest pull is not harmed by it.
    proxy.fault = () => undefined;
    await pull().result;
    expectPulled();
  });

  it.each<[what: string, fault: Fault, code: string]>([
    ['another length of the whole', { headers: { 'content-range': 'bytes 0-9/99' } }, 'size-mismatch'],
    ['bytes of something else', { tamper: true }, 'digest-mismatch|bad-compression|bad-tar'],
    ['more than was asked for', { extend: true }, 'size-mismatch'],
  ])('about a range is found out, and nothing of it stays: %s', async (_, fault, code) => {
    proxy.fault = (method, path, count) => {
      if (method !== 'GET' || !isBig(path)) return undefined;
      return count === 1 ? { cutAfterBytes: 1_000_000 } : fault;
    };
    await expect(pull().result).rejects.toMatchObject({
      kind: 'corrupt',
      code: expect.stringMatching(code),
    });
    expectNothingHere();
    proxy.fault = () => undefined;
    await pull().result;
    expectPulled();
  });

  it('may send us to another host, which sees no credentials', async () => {
    await using other = await faultyRegistry(server.host);
    using known = createRegistryClient(
      {},
      { find: async () => ({ kind: 'password', username: 'u', password: 'p' }) },
    );
    using mine = testEngine(known);
    proxy.fault = (_, path, __, { headers }) => {
      if (headers.authorization === undefined) {
        return { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="r"' } };
      }
      return isBlob(path) ? { redirect: `http://${other.host}${path}` } : undefined;
    };
    await mine.port.pull(`${proxy.host}/web:1`).result;
    expect(mine.images.list()).toHaveLength(1);
    expect(proxy.credentials).toContain('Basic dTpw');
    expect(other.credentials.length).toBeGreaterThan(2);
    expect(other.credentials.filter((shown) => shown !== undefined)).toEqual([]);
  });
});

describe('a layer over a link that gives each connection little', () => {
  it('comes over several at once, and goes on with its holes after it was cancelled', async () => {
    const slow = { bytesPerSecond: 400_000 };
    proxy.fault = (method, path) => (method === 'GET' && isBig(path) ? slow : undefined);
    const first = pull();
    await until(() => proxy.seen.filter((line) => line.includes('bytes=')).length >= 2);
    let doneBytes = 0;
    for await (const event of first) {
      if (event.kind !== 'layer' || event.phase !== 'downloading') continue;
      doneBytes = event.doneBytes;
      if (doneBytes > 1_800_000) first.cancel();
    }
    await expect(first.result).rejects.toMatchObject({ kind: 'cancelled' });
    expectNothingHere();
    expect(proxy.mostAtOnce).toBeGreaterThan(1);
    expect(unfinished()).toContainEqual(expect.stringMatching(/\.ranges$/));

    const before = proxy.seen.length;
    await pull().result;
    expectPulled();
    const asked = proxy.seen.slice(before).filter(isRange);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBe(
      proxy.seen.slice(before).filter((line) => isBig(line.split(' ')[1] ?? '')).length,
    );
  });

  it.each<[what: string, refusal: Fault]>([
    ['bears no more', { status: 429, headers: { 'Retry-After': '60' } }],
    ['knows no ranges', { ignoreRange: true }],
    ['gives other ranges than were asked for', { headers: { 'content-range': 'bytes 7-9/*' } }],
    ['cuts every range short', { truncateAfterBytes: 100_000 }],
  ])('comes over one where the registry %s', async (_, refusal) => {
    proxy.fault = (method, path, __, { headers }) => {
      if (method !== 'GET' || !isBig(path)) return undefined;
      return headers.range === undefined ? { bytesPerSecond: 900_000 } : refusal;
    };
    await pull().result;
    expectPulled();
  });
});

describe('a push over a broken connection', () => {
  const name = () => `${proxy.host}/mine`;
  beforeEach(async () => {
    const layers = [1, 2, 3].map((n) => [{ path: `x${n}`, content: randomBytes(2_000_000) }]);
    await addImage(engine, { names: [name()], layers });
  });

  it('is begun anew where the registry kept nothing, and tells so', async () => {
    let failed = 0;
    proxy.fault = (method) => {
      if (method !== 'PATCH' || failed > 0) return undefined;
      failed += 1;
      return { cutRequestAfterBytes: 500_000 };
    };
    const push = engine.port.push(name());
    const phases: string[] = [];
    for await (const event of push) if (event.kind === 'layer') phases.push(event.phase);
    await push.result;
    expect(failed).toBe(1);
    expect(phases).toContain('retrying');
    using reader = testEngine(registry);
    await reader.port.pull(name()).result;
    expect(reader.images.resolve(name()).id).toBe(engine.images.resolve(name()).id);
  });

  it('ends well when requests break now and then, or the registry is busy', async () => {
    let count = 0;
    proxy.fault = (method) => {
      if (method !== 'PATCH' && method !== 'PUT') return undefined;
      count += 1;
      if (count % 3 === 1) return { status: 503 };
      return count % 4 === 1 ? { cutRequestAfterBytes: 0 } : undefined;
    };
    const [pushed] = await engine.port.push(name()).result;
    expect(pushed?.digest).toMatch(/^sha256:/);
  });

  it('gives up after some tries, and leaves no tag that names what is not there', async () => {
    proxy.fault = (method) => (method === 'PATCH' ? { status: 500 } : undefined);
    await expect(engine.port.push(name()).result).rejects.toMatchObject({ code: 'registry-refused' });
    expect(proxy.seen.filter((line) => /^PUT .*\/manifests\//.test(line))).toEqual([]);
  });

  it('uploads what a registry will not mount', async () => {
    await engine.port.push(name()).result;
    await engine.port.tag(name(), `${proxy.host}/other`);
    proxy.fault = (method, path) =>
      method === 'POST' && path.includes('mount=') ? { status: 403 } : undefined;
    await engine.port.push(`${proxy.host}/other`).result;
    expect(proxy.seen.filter((line) => line.includes('mount=')).length).toBeGreaterThan(2);
  });
});

function isRange(line: string): boolean {
  return line.includes('bytes=');
}

describe('a pull through a mirror', () => {
  const lies: readonly (readonly [string, (path: string) => Fault | undefined])[] = [
    ['gives other bytes for a layer', (path) => (isBig(path) ? { tamper: true } : undefined)],
    ['gives other bytes for all blobs', (path) => (isBlob(path) ? { tamper: true } : undefined)],
    [
      'gives another manifest than the digest says',
      (path) => (path.includes('/manifests/sha256:') ? { tamper: true } : undefined),
    ],
    ['breaks off in a layer each time', (path) => (isBig(path) ? { cutAfterBytes: 1000 } : undefined)],
    [
      'gives a layer of another length',
      (path) => (isBig(path) ? { extend: true, headers: { 'content-length': '3100000' } } : undefined),
    ],
  ];

  it.each(lies)('that %s is brought to its end by the registry itself', async (_, lie) => {
    proxy.fault = (method, path) => (method === 'GET' ? lie(path) : undefined);
    const mirrors = new Map([[server.host, [{ domain: proxy.host, prefix: '', scheme: undefined }]]]);
    using mirrored = createRegistryClient({}, { settings: { ...defaultSettings, mirrors } });
    using direct = testEngine(mirrored);
    const { digest } = await mirrored
      .repository(server.host, 'web', 'pull')
      .resolve('1', new AbortController().signal);
    await direct.port.pull(`${server.host}/web@${digest}`).result;
    const [image] = direct.images.list();
    expect([image?.sizeBytes, image?.repoDigests]).toEqual([3_000_005, [`${server.host}/web@${digest}`]]);
    expect(readdirSync(join(direct.dirs.content, 'ingest'))).toEqual([]);
    // It was asked, and lied.
    expect(proxy.seen.some((line) => lie(line.split(' ')[1] ?? '') !== undefined)).toBe(true);
  });
});
