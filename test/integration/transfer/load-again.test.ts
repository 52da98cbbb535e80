import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Image } from '../../../src/core/images/image-store.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = testEngine();
});
afterEach(() => engine[Symbol.dispose]());

/** More than is held in memory, so that it waits in a file. */
const base = makeTar([{ path: 'big', content: Buffer.alloc(5 * 1024 ** 2, 'x') }]);
const top = makeTar([{ path: 'small', content: 'small' }]);

async function kept(): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const { digest } of engine.content.list()) digests.push(digest);
  return digests.sort();
}

/** As docker saves it: layers as plain tars, whatever they came as. */
function dockerArchive(image: string | Buffer, tars: readonly Uint8Array[]): Readable {
  const names = tars.map((_, at) => `layer-${at}/layer.tar`);
  const archive = makeTar([
    ...tars.map((content, at) => ({ path: names[at] as string, content })),
    { path: 'repositories', content: '{}' },
    { path: 'image.json', content: image },
    {
      path: 'manifest.json',
      content: JSON.stringify([{ Config: 'image.json', RepoTags: ['again:1'], Layers: names }]),
    },
  ]);
  return Readable.from([archive]);
}

const imageOf = (tars: readonly Uint8Array[]) =>
  JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
  });
const configOf = async ({ id }: Image) =>
  Buffer.from(await engine.content.read(id as string as Digest, 10_000));

async function importBase(): Promise<Image> {
  await engine.port.import(Readable.from([gzipSync(base)]), { reference: 'base:1' }).result;
  return engine.images.resolve('base:1');
}

describe('loading', () => {
  it('keeps of an archive what its images need, and nothing else', async () => {
    await engine.port.load(dockerArchive(imageOf([base, top]), [base, top])).result;
    const { id, manifestDigest } = engine.images.resolve('again:1');
    expect(await kept()).toEqual([id, manifestDigest, sha256(base), sha256(top)].sort());
  });

  it('an image that is here compressed gives it a name, and keeps no second copy', async () => {
    const image = await importBase();
    const before = await kept();
    const phases: string[] = [];
    const load = engine.port.load(dockerArchive(await configOf(image), [base]));
    for await (const event of load) if (event.kind === 'layer') phases.push(event.phase);
    expect(await load.result).toEqual(['again:1']);
    const again = engine.images.resolve('again:1');
    expect([again.id, again.manifestDigest]).toEqual([image.id, image.manifestDigest]);
    expect(await kept()).toEqual(before);
    expect(phases.at(-1)).toBe('exists');
  });

  it('an image under the name of another says that it takes it', async () => {
    await engine.port.load(dockerArchive(imageOf([base]), [base])).result;
    const { id } = engine.images.resolve('again:1');
    const load = engine.port.load(dockerArchive(imageOf([base, top]), [base, top]));
    const messages: string[] = [];
    for await (const event of load) if (event.kind === 'message') messages.push(event.text);
    expect(messages).toEqual([
      `The image again:1 already exists, renaming the old one with ID ${id} to empty string`,
    ]);
    expect(engine.images.get(id)?.references).toEqual([]);
  });

  it('an image that was made here leaves its layers without a blob', async () => {
    const content = Buffer.alloc(5 * 1024 ** 2, 'y');
    const image = await addImage(engine, { names: ['made:1'], layers: [[{ path: 'y', content }]] });
    const before = await kept();
    const archive: Uint8Array[] = [];
    for await (const chunk of engine.port.save(['made:1'])) archive.push(chunk);
    await engine.port.load(Readable.from(archive)).result;
    expect(await kept()).toEqual(before);
    expect(engine.images.resolve('made:1').manifestDigest).toBe(image.manifestDigest);
  });

  it('another image on layers that are here compressed uses those', async () => {
    const image = await importBase();
    const { layers } = await engine.images.manifest(image.id);
    await engine.port.load(dockerArchive(imageOf([base, top]), [base, top])).result;
    const again = engine.images.resolve('again:1');
    const { layers: used } = await engine.images.manifest(again.id);
    expect(used.map(({ digest }) => digest)).toEqual([layers[0]?.digest, sha256(top)]);
    expect(await kept()).not.toContain(sha256(base));
    expect(again.sizeBytes).toBe(5 * 1024 ** 2 + 5);
  });

  it.each([
    ['more', [base, top]],
    ['fewer', []],
  ])('refuses %s layers than the config names, though the image is here', async (_, tars) => {
    await engine.port.load(dockerArchive(imageOf([base]), [base])).result;
    await expect(engine.port.load(dockerArchive(imageOf([base]), tars)).result).rejects.toMatchObject({
      code: 'layer-count-mismatch',
      message: `the image has ${tars.length} layers but its config names 1`,
    });
  });

  it('mends an image that is here and not whole', async () => {
    const image = await importBase();
    const { layers } = await engine.images.manifest(image.id);
    await engine.content.delete(layers[0]!.digest);
    await engine.port.load(dockerArchive(await configOf(image), [base])).result;
    expect((await engine.images.manifest(image.id)).layers[0]?.digest).toBe(sha256(base));
    expect(await kept()).toContain(sha256(base));
  });

  it('two images that share a layer tells of it once', async () => {
    const [one, two] = [imageOf([base]), imageOf([base, top])];
    const list = [
      { Config: '1.json', RepoTags: ['one:1'], Layers: ['base.tar'] },
      { Config: '2.json', RepoTags: ['two:1'], Layers: ['base.tar', 'top.tar'] },
    ];
    const archive = makeTar([
      { path: 'base.tar', content: base },
      { path: 'top.tar', content: top },
      { path: '1.json', content: one },
      { path: '2.json', content: two },
      { path: 'manifest.json', content: JSON.stringify(list) },
    ]);
    const load = engine.port.load(Readable.from([archive]));
    const phases: string[] = [];
    for await (const event of load) if (event.kind === 'layer') phases.push(event.phase);
    expect(await load.result).toEqual(['one:1', 'two:1']);
    expect(phases).not.toContain('exists');
    expect(phases).toContain('downloaded');
  });

  it('that fails leaves nothing, but for what others need or bring', async () => {
    const other = Buffer.from('half of a pull that will go on');
    await engine.content.put(other);
    await importBase();
    const before = [await kept(), [...engine.snapshots.list()].map(({ key }) => key).sort()];
    // Its second layer is not what its config says: by then the first is unpacked and kept.
    const lying = imageOf([base, makeTar([{ path: 'middle', content: 'x' }]), top]).replace(
      sha256(top),
      sha256(base),
    );
    const tars = [base, makeTar([{ path: 'middle', content: 'x' }]), top];
    await expect(engine.port.load(dockerArchive(lying, tars)).result).rejects.toMatchObject({
      code: 'diff-id-mismatch',
    });
    expect([await kept(), [...engine.snapshots.list()].map(({ key }) => key).sort()]).toEqual(before);
    expect(engine.metadata.leases.list()).toEqual([]);
  });
});
