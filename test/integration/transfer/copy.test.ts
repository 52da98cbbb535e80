import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { findReferrers } from '../../../src/core/registry/find-referrers.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import { defaultSettings } from '../../../src/core/registry/registry-settings.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { type Fault, faultyRegistry } from '../../support/faulty-registry.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { type RemoteRepository, remoteRepository } from '../../support/remote-images.ts';
import { mustRun } from '../../support/run-program.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

const signal = new AbortController().signal;
const big = randomBytes(3_000_000);
const empty = Buffer.from('{}');

let one: RegistryServer;
let two: RegistryServer;
let registry: RegistryClient;
let engine: TestEngine;
let source: RemoteRepository;
let index: Digest;
let mine: Digest;

/** An index as buildx makes it: two platforms that share a layer, and an attestation of the first. */
beforeAll(async () => {
  one = await registryServer();
  two = await registryServer();
  using client = createRegistryClient({});
  source = remoteRepository(client, `${one.host}/team/web`);
  const shared = [{ path: 'shared', content: big }];
  const amd64 = await source.image({
    architecture: 'amd64',
    layers: [shared, [{ path: 'a', content: 'a' }]],
  });
  const arm64 = await source.image({
    architecture: 'arm64',
    layers: [shared, [{ path: 'b', content: 'b' }]],
  });
  const attestation = await source.manifest({
    config: await source.blob(empty, mediaTypes.empty),
    layers: [await source.blob(Buffer.from('{"_type":"in-toto"}'), 'application/vnd.in-toto+json')],
    subject: amd64,
  });
  const unknown = { os: 'unknown', architecture: 'unknown' };
  const document = {
    manifests: [
      { ...attestation, platform: unknown },
      { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
      { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
    ],
  };
  index = (await source.manifest(document, { tag: '1', type: mediaTypes.index })).digest;
  mine = (process.arch === 'arm64' ? arm64 : amd64).digest;
});
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
});
beforeEach(() => {
  registry = createRegistryClient({});
  engine = testEngine(registry);
});
afterEach(() => {
  registry[Symbol.dispose]();
  engine[Symbol.dispose]();
});

async function phasesOf(operation: ReturnType<TestEngine['port']['copy']>): Promise<readonly string[]> {
  const phases: string[] = [];
  for await (const event of operation) if (event.kind === 'layer') phases.push(event.phase);
  await operation.result;
  return phases;
}

const skopeo = (...args: readonly string[]) => mustRun(['skopeo', ...args]);

describe('copying between registries', () => {
  it('brings all platforms and attestations, byte for byte, and keeps nothing here', async () => {
    const target = `${two.host}/mirror/web:1`;
    const phases = await phasesOf(engine.port.copy(`${one.host}/team/web:1`, target, { all: true }));
    expect(phases.filter((phase) => phase === 'pushed')).toHaveLength(7);
    const raw = (host: string, name: string) =>
      skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/${name}`);
    const copied = await raw(two.host, 'mirror/web:1');
    expect(copied).toBe(await raw(one.host, 'team/web:1'));
    for (const { digest } of JSON.parse(copied).manifests) {
      expect(await raw(two.host, `mirror/web@${digest}`)).toBe(await raw(one.host, `team/web@${digest}`));
    }
    expect((await Array.fromAsync(engine.content.list())).length).toBe(0);
    const [pulled] = await engine.port.pull(target).result;
    expect(pulled?.digest).toBe(index);
  });

  it('brings one platform where not all are asked for', async () => {
    const target = `${two.host}/one/web`;
    const { digest } = await engine.port.copy(`${one.host}/team/web:1`, target).result;
    expect(digest).toBe(mine);
    const other = await engine.port
      .copy(`${one.host}/team/web:1`, `${two.host}/one/web:s390x`, {
        platform: 'linux/s390x',
      })
      .result.catch((error: unknown) => error);
    expect(other).toMatchObject({ code: 'no-matching-platform' });
  });

  it('mounts within a registry instead of sending', async () => {
    const copy = engine.port.copy(`${one.host}/team/web:1`, `${one.host}/other/web:1`, { all: true });
    const phases = new Set(await phasesOf(copy));
    expect(phases).toEqual(new Set(['waiting', 'mounted']));
  });

  it('goes on over broken connections on both sides', async () => {
    await using from = await faultyRegistry(one.host);
    await using to = await faultyRegistry(two.host);
    from.fault = (method, path, count) =>
      method === 'GET' && path.includes('/blobs/') && count <= 2 ? { cutAfterBytes: 700_000 } : undefined;
    let cuts = 0;
    to.fault = (method) => {
      if (method !== 'PATCH' || cuts > 0) return undefined;
      cuts += 1;
      return { cutRequestAfterBytes: 500_000 };
    };
    const { digest } = await engine.port.copy(`${from.host}/team/web:1`, `${to.host}/hard/web:1`).result;
    expect(digest).toBe(mine);
    await engine.port.pull(`${two.host}/hard/web:1`).result;
  });

  const isBlob = (path: string): boolean => path.includes('/blobs/');
  const lies: readonly (readonly [string, (path: string) => Fault | undefined])[] = [
    ['gives other bytes for blobs', (path) => (isBlob(path) ? { tamper: true } : undefined)],
    [
      'gives other manifests than their digests say',
      (path) => (path.includes('/manifests/sha256:') ? { tamper: true } : undefined),
    ],
    [
      'gives blobs of another length',
      (path) => (isBlob(path) ? { extend: true, headers: { 'content-length': '3100000' } } : undefined),
    ],
  ];

  it.each(lies)('is brought to its end by the registry itself where a mirror %s', async (what, lie) => {
    await using proxy = await faultyRegistry(one.host);
    proxy.fault = (method, path) => (method === 'GET' ? lie(path) : undefined);
    const mirrors = new Map([[one.host, [{ domain: proxy.host, prefix: '', scheme: undefined }]]]);
    using mirrored = createRegistryClient({}, { settings: { ...defaultSettings, mirrors } });
    using through = testEngine(mirrored);
    const target = `${two.host}/mirrored/${what.replaceAll(' ', '-')}:1`;
    const copy = through.port.copy(`${one.host}/team/web@${index}`, target, { all: true });
    const said: string[] = [];
    for await (const event of copy) if (event.kind === 'message' && event.warning) said.push(event.text);
    expect((await copy.result).digest).toBe(index);
    expect((await engine.port.pull(target).result)[0]?.digest).toBe(index);
    if (!what.includes('manifests'))
      expect(said).toEqual([expect.stringMatching(/^The registry itself is asked/)]);
    expect(proxy.seen.some((line) => lie(line.split(' ')[1] ?? '') !== undefined)).toBe(true);
  });

  it('makes no tag of what came damaged', async () => {
    await using from = await faultyRegistry(one.host);
    from.fault = (method, path) =>
      method === 'GET' && path.includes('/blobs/') ? { tamper: true } : undefined;
    const copy = engine.port.copy(`${from.host}/team/web:1`, `${two.host}/bad/web:1`);
    await expect(copy.result).rejects.toMatchObject({ kind: 'corrupt', code: 'digest-mismatch' });
    await expect(engine.port.pull(`${two.host}/bad/web:1`).result).rejects.toMatchObject({
      kind: 'not-found',
    });
  });
});

describe('an index that lists the same many times', () => {
  it('is copied whole, and each manifest of it once', async () => {
    const listed = { mediaType: mediaTypes.manifest, digest: mine, size: 1 };
    const inner = await source.manifest({ manifests: [listed, listed] }, { type: mediaTypes.index });
    const document = { manifests: [inner, listed, inner] };
    const outer = await source.manifest(document, { tag: 'many', type: mediaTypes.index });
    await using to = await faultyRegistry(two.host);
    const copy = engine.port.copy(`${one.host}/team/web:many`, `${to.host}/many/web:1`, { all: true });
    expect((await copy.result).digest).toBe(outer.digest);
    const put = to.seen.filter((line) => line.startsWith('PUT') && line.includes('/manifests/'));
    expect(put).toHaveLength(3);
  });
});

describe('referrers', () => {
  it('are found by the tag that stands for them, of one type where asked', async () => {
    const subject = { mediaType: mediaTypes.manifest, digest: mine, size: 1 };
    const config = await source.blob(empty, mediaTypes.empty);
    const artifactType = 'application/vnd.example.signature';
    const signature = await source.manifest({ artifactType, config, layers: [config], subject });
    const entries = [
      { ...signature, artifactType, annotations: { by: 'me' } },
      { ...config, mediaType: mediaTypes.manifest, artifactType: 'application/vnd.example.sbom' },
    ];
    const tag = mine.replace(':', '-');
    await source.manifest({ manifests: entries }, { tag, type: mediaTypes.index });

    const reference = parseReference(`${one.host}/team/web:1`);
    const repository = registry.repository(reference.domain, reference.path, 'pull');
    const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
    const all = await findReferrers(repository, reference, { platform, signal });
    expect([all.digest, all.referrers.length]).toEqual([mine, 2]);
    const some = await findReferrers(repository, reference, { platform, artifactType, signal });
    expect(some.referrers).toEqual([
      {
        digest: signature.digest,
        artifactType,
        mediaType: mediaTypes.manifest,
        sizeBytes: signature.size,
        annotations: { by: 'me' },
      },
    ]);
    expect((await findReferrers(repository, reference, { signal })).referrers).toEqual([]);
  });
});
