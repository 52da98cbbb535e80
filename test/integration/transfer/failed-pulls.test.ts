import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

const layer = makeTar([{ path: 'small', content: 'small' }]);
const blob = gzipSync(layer);
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const good = { architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [sha256(layer)] } };
const document = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const described = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: sha256(bytes),
  size: bytes.length,
});

/** An engine before a registry that has one image under every tag; `served`: what it sends in place of a blob. */
async function engineBefore(
  config: object,
  served: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<{ engine: TestEngine; host: string }> {
  const bytes = document(config);
  const manifest = document({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: described(mediaTypes.config, bytes),
    layers: [described(mediaTypes.layerGzip, blob)],
  });
  const blobs = new Map<string, Uint8Array>([[sha256(bytes), bytes], [sha256(blob), blob], ...served]);
  const host = await scriptedServer(({ url = '' }, response) => {
    const found = url.includes('/manifests/') ? manifest : blobs.get(url.split('/').at(-1) ?? '');
    if (url === '/v2/') response.end('{}');
    else if (found === undefined) response.writeHead(404).end('{}');
    else
      response
        .writeHead(200, { 'Content-Type': mediaTypes.manifest, 'Content-Length': found.length })
        .end(found);
  });
  const registry = createRegistryClient({});
  const engine = testEngine(registry);
  onTestFinished(() => {
    engine[Symbol.dispose]();
    registry[Symbol.dispose]();
  });
  return { engine, host };
}

async function kept({ content, snapshots }: TestEngine): Promise<readonly string[]> {
  const found = [...snapshots.list()].map(({ key }) => key);
  for await (const { digest } of content.list()) found.push(digest);
  return found;
}

const { architecture: _, ...nowhere } = good;
const wrong: readonly (readonly [string, object])[] = [
  ['does not say what machine it is for', nowhere],
  ['is for another system', { ...good, os: 'windows' }],
  [
    'names more layers than there are',
    { ...good, rootfs: { type: 'layers', diff_ids: [sha256(layer), sha256('x')] } },
  ],
  ['has an entry point that is no list', { ...good, config: { Entrypoint: 7 } }],
  ['names another layer than comes', { ...good, rootfs: { type: 'layers', diff_ids: [sha256('x')] } }],
];

describe('a pull that fails', () => {
  it.each(wrong)('leaves nothing of an image whose config %s', async (_, config) => {
    const { engine, host } = await engineBefore(config);
    await expect(engine.port.pull(`${host}/web`).result).rejects.toMatchObject({ name: 'GantryError' });
    expect(await kept(engine)).toEqual([]);
    expect(engine.images.list()).toEqual([]);
  });

  it('keeps what others need of the image', async () => {
    const { engine, host } = await engineBefore({ ...good, os: 'windows' });
    const config = document({ ...good, os: 'windows' });
    using lease = engine.metadata.leases.acquire('other');
    lease.protect({ kind: 'content', key: sha256(config) });
    await expect(engine.port.pull(`${host}/web`).result).rejects.toMatchObject({ code: 'foreign-system' });
    expect(await kept(engine)).toEqual([sha256(config)]);
  });

  it('keeps for the next try what came whole where a layer came damaged', async () => {
    const damaged = Buffer.alloc(blob.length, 1);
    const { engine, host } = await engineBefore(good, new Map([[sha256(blob), damaged]]));
    await expect(engine.port.pull(`${host}/web`).result).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'bad-tar',
    });
    expect(await kept(engine)).toEqual([sha256(document(good))]);
  });
});
