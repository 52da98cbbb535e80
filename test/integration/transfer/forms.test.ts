import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { faultyRegistry } from '../../support/faulty-registry.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { type RemoteRepository, remoteRepository } from '../../support/remote-images.ts';
import { checkCore } from '../../support/store-check.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let server: RegistryServer;
let registry: RegistryClient;
let engine: TestEngine;
let remote: RemoteRepository;

beforeAll(async () => {
  server = await registryServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  registry = createRegistryClient({});
  engine = testEngine(registry);
  remote = remoteRepository(registry, `${server.host}/forms`);
});
afterEach(() => {
  registry[Symbol.dispose]();
  engine[Symbol.dispose]();
});

const pull = (tag: string) => engine.port.pull(`${server.host}/forms:${tag}`).result;
const tar = makeTar([
  { path: 'dir/', mode: 0o750 },
  { path: 'dir/file', content: 'text '.repeat(20_000) },
]);
const tarSize = 100_000;

/** A skippable frame (RFC 8878 section 3.1.2): where zstd:chunked keeps its table of contents. */
function skippable(content: string): Buffer {
  const frame = Buffer.alloc(8 + content.length);
  frame.writeUInt32LE(0x184d2a50, 0);
  frame.writeUInt32LE(content.length, 4);
  frame.write(content, 8);
  return frame;
}

describe('layers', () => {
  const half = 4096;
  it.each([
    ['plain', mediaTypes.layer, tar],
    ['gzip', mediaTypes.layerGzip, gzipSync(tar)],
    ['gzip in many members, as eStargz', mediaTypes.layerGzip, members()],
    ['zstd', mediaTypes.layerZstd, zstdCompressSync(tar)],
    ['zstd in frames with an index, as zstd:chunked', mediaTypes.layerZstd, frames()],
    ['gzip that calls itself plain', mediaTypes.layer, gzipSync(tar)],
    ['zstd that calls itself gzip', mediaTypes.dockerLayerGzip, zstdCompressSync(tar)],
  ])('come as %s', async (what, type, bytes) => {
    const tag = what.replaceAll(/[^a-z]+/g, '-').slice(0, 40);
    await remote.image({ tag, layers: [{ bytes, tar, type }] });
    await pull(tag);
    const image = engine.images.resolve(`${server.host}/forms:${tag}`);
    expect([image.diffIds, image.sizeBytes]).toEqual([[sha256(tar)], tarSize]);
  });

  function members(): Buffer {
    const empty = gzipSync(Buffer.alloc(0));
    return Buffer.concat([gzipSync(tar.subarray(0, half)), gzipSync(tar.subarray(half)), empty]);
  }

  function frames(): Buffer {
    const [first, second] = [zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))];
    return Buffer.concat([first, second, skippable('{"entries":[]}'), skippable('footer')]);
  }

  it('that are unpacked here are not fetched in another compression, and leave in the one there is', async () => {
    const gzip = gzipSync(tar, { level: 2 });
    const zstd = zstdCompressSync(tar);
    await remote.image({ tag: 'one', layers: [{ bytes: gzip, tar, type: mediaTypes.layerGzip }] });
    await remote.image({ tag: 'other', layers: [{ bytes: zstd, tar, type: mediaTypes.layerZstd }] });
    await pull('one');
    const phases = new Set<string>();
    const pulling = engine.port.pull(`${server.host}/forms:other`);
    for await (const event of pulling) if (event.kind === 'layer') phases.add(event.phase);
    expect(phases).toEqual(new Set(['exists']));
    expect([gzip, zstd].map((bytes) => engine.content.has(sha256(bytes)))).toEqual([true, false]);
    expect((await pull('other'))[0]?.upToDate).toBe(true);
    expect((await checkCore(engine)).findings).toEqual([]);

    const { id } = engine.images.resolve(`${server.host}/forms:other`);
    await engine.port.push(`${server.host}/forms:other`).result;
    const saved = await Array.fromAsync(engine.port.save([`${server.host}/forms:other`]));
    for (const bring of [
      (there: TestEngine) => there.port.pull(`${server.host}/forms:other`).result,
      (there: TestEngine) => there.port.load(Readable.from(saved)).result,
    ]) {
      using there = testEngine(registry);
      await bring(there);
      expect(there.images.resolve(`${server.host}/forms:other`).id).toBe(id);
      expect(there.content.has(sha256(gzip))).toBe(true);
    }
  });

  it('that registries may not have come from elsewhere, without our credentials', async () => {
    // Bytes of their own: the registry has the others.
    const bytes = gzipSync(tar, { level: 1 });
    const seen: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(bytes);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/layer`;
    const foreign = {
      mediaType: mediaTypes.dockerForeignLayerGzip,
      digest: sha256(bytes),
      size: bytes.length,
      urls: ['ftp://nowhere/', url],
    };
    const config = {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    };
    const document = {
      config: await remote.blob(Buffer.from(JSON.stringify(config)), mediaTypes.config),
      layers: [foreign],
    };
    await remote.manifest(document, { tag: 'foreign' });
    using known = createRegistryClient(
      {},
      { find: async () => ({ kind: 'password', username: 'u', password: 'p' }) },
    );
    using own = testEngine(known);
    await own.port.pull(`${server.host}/forms:foreign`).result;
    expect(own.images.list()).toHaveLength(1);
    expect(seen).toEqual([undefined]);
    elsewhere.closeAllConnections();
    elsewhere.close();
  });
});

describe('an index', () => {
  it('gives this machine its image, past attestations and other platforms, also from an index inside', async () => {
    const other = await remote.image({ architecture: 's390x', layers: [[{ path: 'other', content: '1' }]] });
    const ours = await remote.image({ layers: [[{ path: 'ours', content: '22' }]] });
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const platform = { os: 'linux', architecture };
    const inner = await remote.manifest(
      { manifests: [{ ...ours, platform }] },
      { type: mediaTypes.dockerManifestList },
    );
    const manifests = [
      { ...other, platform: { os: 'unknown', architecture: 'unknown' } },
      { ...other, platform: { os: 'linux', architecture: 's390x' } },
      { ...inner, platform },
    ];
    const index = await remote.manifest({ manifests }, { tag: 'index', type: mediaTypes.index });
    const [pulled] = await pull('index');
    expect(pulled?.digest).toBe(index.digest);
    expect(engine.images.resolve(`${server.host}/forms:index`).sizeBytes).toBe(2);
    const by = `${server.host}/forms@${index.digest}`;
    const foreign = await engine.port.pull(by, { platform: 'linux/s390x' }).result;
    expect(foreign[0]?.id).not.toBe(pulled?.id);
    await expect(engine.port.pull(by, { platform: 'linux/riscv64' }).result).rejects.toMatchObject({
      code: 'no-matching-platform',
    });
  });

  it('is not pushed whole by who pulled one platform of it, and that is said', async () => {
    const ours = await remote.image({ layers: [[{ path: 'ours', content: '22' }]] });
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const manifests = [{ ...ours, platform: { os: 'linux', architecture } }];
    await remote.manifest({ manifests }, { tag: 'many', type: mediaTypes.index });
    await pull('many');
    await engine.port.tag(`${server.host}/forms:many`, `${server.host}/forms:beside`);
    const said = await notes('beside');
    expect(said).toContainEqual(expect.stringContaining(`Only linux/${architecture} was pushed`));
    await addImage(engine, { names: [`${server.host}/forms:one`], layers: [[{ path: 'one' }]] });
    for (let push = 0; push < 2; push += 1) expect((await notes('one')).join()).not.toContain('Only linux');
  });

  it('is told of before a push replaces it by one platform', async () => {
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const ours = await remote.image({ layers: [[{ path: 'ours', content: '22' }]] });
    const manifests = [{ ...ours, platform: { os: 'linux', architecture } }];
    await remote.manifest({ manifests }, { tag: 'replaced', type: mediaTypes.index });
    const name = `${server.host}/forms:replaced`;
    await addImage(engine, { names: [name], layers: [[{ path: 'mine' }]] });
    const said = await notes('replaced');
    const note = `Note: ${name} is an image for several platforms there; this push replaces it by linux/${architecture} alone.`;
    expect(said[0]).toBe(`${note} To copy all of them: gantry image copy --all`);
    expect(said.at(-1)).toMatch(/^replaced: digest: /);
    expect(await notes('replaced')).toEqual([expect.stringMatching(/^replaced: digest: /)]);
  });
});

async function notes(tag: string): Promise<readonly string[]> {
  const pushing = engine.port.push(`${server.host}/forms:${tag}`);
  const said: string[] = [];
  for await (const event of pushing) if (event.kind === 'message') said.push(event.text);
  await pushing.result;
  return said;
}

describe('what cannot be', () => {
  const nothing = () => [engine.images.list().length, [...engine.snapshots.list()].length];

  it('is refused before it is fetched: a config of a gigabyte', async () => {
    const layer = await remote.blob(gzipSync(tar), mediaTypes.layerGzip);
    const config = { mediaType: mediaTypes.config, digest: layer.digest, size: 2 ** 30 };
    const bytes = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] };
    const lying = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': mediaTypes.manifest }).end(JSON.stringify(bytes));
    });
    await new Promise<void>((resolve) => lying.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(lying.address() as AddressInfo).port}`;
    await expect(engine.port.pull(`${host}/x`).result).rejects.toMatchObject({ code: 'config-too-large' });
    expect(nothing()).toEqual([0, 0]);
    lying.closeAllConnections();
    lying.close();
  });

  it('is found out while it is unpacked: a layer that is another than the config says', async () => {
    await remote.image({
      tag: 'liar',
      layers: [{ bytes: gzipSync(tar), tar: Buffer.from('x'), type: mediaTypes.layerGzip }],
    });
    await expect(pull('liar')).rejects.toMatchObject({ kind: 'corrupt', code: 'diff-id-mismatch' });
    expect(nothing()).toEqual([0, 0]);
  });

  it.each(['layer', 'config'])('is refused: a %s that is here under a wrong size', async (part) => {
    await remote.image({ tag: 'right', layers: [[{ path: 'file', content: part }]] });
    await pull('right');
    const { config, layers } = await engine.images.manifest(engine.images.list()[0]!.id);
    const wrong = (blob: Descriptor): Descriptor => ({ ...blob, size: blob.size + 1 });
    const document =
      part === 'layer' ? { config, layers: layers.map(wrong) } : { config: wrong(config), layers };
    await remote.manifest(document, { tag: 'wrong' });
    await expect(pull('wrong')).rejects.toMatchObject({ kind: 'corrupt', code: 'size-mismatch' });
    expect(engine.images.list()[0]?.references).toEqual([`${server.host}/forms:right`]);
  });

  it('is stopped at a bound: a zstd bomb', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(300 * 1024 * 1024));
    await remote.image({ tag: 'bomb', layers: [{ bytes: bomb, tar, type: mediaTypes.layerZstd }] });
    await expect(pull('bomb')).rejects.toMatchObject({ kind: 'corrupt' });
    expect(nothing()).toEqual([0, 0]);
  });

  it('is told for what it is: an artifact', async () => {
    const config = await remote.blob(Buffer.from('{}'), mediaTypes.empty);
    const artifactType = 'application/vnd.cncf.helm.config.v1+json';
    await remote.manifest({ artifactType, config, layers: [config] }, { tag: 'chart' });
    await expect(pull('chart')).rejects.toThrow(`not a container image but ${artifactType}`);
  });
});

describe('every tag of a repository', () => {
  const all = async (): Promise<readonly [pulled: readonly string[], said: readonly string[]]> => {
    const pulling = engine.port.pull(`${server.host}/all`, { allTags: true });
    const said: string[] = [];
    for await (const event of pulling) if (event.kind === 'message') said.push(event.text);
    return [(await pulling.result).map(({ reference }) => reference), said];
  };

  it('is pulled past signatures, artifacts and images for other machines, with a line each', async () => {
    const repository = remoteRepository(registry, `${server.host}/all`);
    const image = await repository.image({ tag: '1', layers: [[{ path: 'a', content: 'a' }]] });
    const empty = await repository.blob(Buffer.from('{}'), mediaTypes.empty);
    const config = await repository.blob(Buffer.from('{"architecture":"","os":""}'), mediaTypes.config);
    const payload = await repository.blob(
      Buffer.from('{"critical":{}}'),
      'application/vnd.dev.cosign.simplesigning.v1+json',
    );
    const hex = image.digest.slice('sha256:'.length);
    await repository.manifest({ config, layers: [payload] }, { tag: `sha256-${hex}.sig` });
    await repository.manifest({ config, layers: [payload] }, { tag: 'signature' });
    await repository.manifest({ artifactType: 'x/y', config: empty, layers: [empty] }, { tag: 'chart' });
    const platform = { os: 'linux', architecture: 's390x' };
    const manifests = [{ ...image, platform }];
    await repository.manifest({ manifests }, { tag: 'mainframe', type: mediaTypes.index });
    await repository.manifest({ manifests: [] }, { tag: `sha256-${hex}`, type: mediaTypes.index });
    const [pulled, said] = await all();
    expect(pulled).toEqual([`${server.host}/all:1`]);
    expect(said).toContainEqual('chart: Skipped: not a container image but x/y');
    expect(said).toContainEqual(
      'signature: Skipped: not a container image but application/vnd.dev.cosign.simplesigning.v1+json',
    );
    expect(said).toContainEqual(expect.stringContaining('mainframe: Skipped: no matching manifest'));
    expect(said).toContainEqual('Skipped 2 tags of signatures and the like (sha256-…)');
  });

  it('is not pulled where none of them is an image', async () => {
    const repository = remoteRepository(registry, `${server.host}/none`);
    const empty = await repository.blob(Buffer.from('{}'), mediaTypes.empty);
    await repository.manifest({ artifactType: 'x/y', config: empty, layers: [empty] }, { tag: 'chart' });
    const pulled = engine.port.pull(`${server.host}/none`, { allTags: true }).result;
    await expect(pulled).rejects.toMatchObject({ code: 'not-an-image' });
  });
});

describe('an image of one platform', () => {
  const foreign = process.arch === 'arm64' ? 'linux/s390x' : 'linux/arm64';
  const own = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

  it('is not taken for another one that was asked for', async () => {
    await remote.image({ tag: 'single', layers: [[{ path: 'a', content: 'a' }]] });
    const name = `${server.host}/forms:single`;
    const asked = (platform: string) => engine.port.pull(name, { platform }).result;
    await expect(asked(foreign)).rejects.toMatchObject({
      kind: 'not-found',
      message: `image with reference ${name} was found but does not match the specified platform: wanted ${foreign}, actual: ${own}`,
    });
    expect(engine.images.list()).toEqual([]);
    await asked(own);
    await expect(asked(foreign)).rejects.toMatchObject({ code: 'platform-mismatch' });
    await expect(asked('quantum')).rejects.toThrow('"quantum": unknown operating system or architecture');
    await expect(asked('a/b/c/d')).rejects.toThrow('is an invalid platform specifier');
  });

  it('is pulled where nobody asked, whatever machine it is for', async () => {
    await remote.image({ tag: 'other', architecture: 's390x', layers: [[{ path: 'a', content: 'a' }]] });
    const [pulled] = await pull('other');
    expect(engine.images.get(pulled!.id)?.config.architecture).toBe('s390x');
  });
});

describe('several pulls of the same at once', () => {
  it('share the download: each blob is fetched once', async () => {
    await using proxy = await faultyRegistry(server.host);
    proxy.fault = (method, path) =>
      method === 'GET' && path.includes('/blobs/') ? { bytesPerSecond: 20_000 } : undefined;
    await remote.image({ tag: 'shared', layers: [[{ path: 'f', content: randomBytes(5000) }]] });
    const pulls = [1, 2, 3].map(() => engine.port.pull(`${proxy.host}/forms:shared`).result);
    await Promise.all(pulls);
    const blobs = proxy.seen.filter((line) => line.startsWith('GET') && line.includes('/blobs/'));
    expect(blobs).toHaveLength(2);
    expect(engine.images.list()).toHaveLength(1);
  });

  it('do not end with the one that brings it: another goes on', async () => {
    await remote.image({ tag: 'left', layers: [[{ path: 'f', content: randomBytes(50_000) }]] });
    const pulls = [1, 2, 3].map(() => engine.port.pull(`${server.host}/forms:left`));
    pulls[0]?.cancel();
    const settled = await Promise.allSettled(pulls.map(({ result }) => result));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(engine.images.list()).toHaveLength(1);
  });
});
