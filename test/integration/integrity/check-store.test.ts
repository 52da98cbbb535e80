import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRecords } from '../../../src/core/build/solver/cache-records.ts';
import { tryLockFile } from '../../../src/core/host/lock-file.ts';
import { createImages, type ImageTransfers } from '../../../src/core/images/create-images.ts';
import type { Image } from '../../../src/core/images/image-store.ts';
import { putDocument } from '../../../src/core/images/write-image.ts';
import type { StoreCheckOptions } from '../../../src/core/integrity/check-store.ts';
import { importImage } from '../../../src/core/transfer/import-image.ts';
import { loadImages } from '../../../src/core/transfer/load-images.ts';
import { planShipment } from '../../../src/core/transfer/plan-shipment.ts';
import { saveImages } from '../../../src/core/transfer/save-images.ts';
import { volumeRecords } from '../../../src/core/volumes/volume-record.ts';
import type { StoreReport } from '../../../src/engine/store-report.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { fakeDigest } from '../../support/sample-objects.ts';
import { checkCore, expectMended as expectMendedIn } from '../../support/store-check.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { addImage, type TestCore, testCore } from '../../support/test-core.ts';

let core: TestCore;
beforeEach(() => {
  core = testCore();
});
afterEach(() => core[Symbol.dispose]());

const check = (options: StoreCheckOptions = {}) => checkCore(core, options);
const expectMended = (wanted: readonly string[], options: StoreCheckOptions = {}) =>
  expectMendedIn(core, wanted, options);

const codes = ({ findings }: StoreReport) => findings.map(({ code }) => code);

const files = [
  { path: 'etc/' },
  { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' },
  { path: 'bin/sh', content: 'x'.repeat(5000), mode: 0o4755 },
  { path: 'bin/ash', type: 'hardlink', linkPath: 'bin/sh' },
  { path: 'lib', type: 'symlink', linkPath: 'usr/lib' },
  { path: 'dev/null', type: 'character', deviceMajor: 1, deviceMinor: 3 },
] as const;

/** An image that came as a compressed layer, and keeps it. */
function pulledImage(name = 'pulled', members: Parameters<typeof makeTar>[0] = files): Promise<Image> {
  return importedImage(name, gzipSync(makeTar(members)));
}

async function importedImage(name: string, layer: Uint8Array): Promise<Image> {
  const id = await importImage({
    services: core,
    archive: Readable.from([layer]),
    options: { reference: name },
    emit: () => undefined,
    signal: new AbortController().signal,
  });
  return core.images.get(id) as Image;
}

const base = [{ path: 'base', content: 'base'.repeat(1000) }];
const top = [
  { path: 'base2', content: 'top' },
  { path: '.wh.base', content: '' },
];
const layerDir = (image: Image, at: 'top' = 'top') =>
  core.snapshots.layerDir((at === 'top' && image.topChainId) as string);

describe('a sound store', () => {
  it.each(['quick', 'normal', 'full'] as const)('has nothing wrong at depth %s', async (depth) => {
    await pulledImage();
    await addImage(core, { names: ['built:1', 'built:2'], layers: [base, top] });
    await addImage(core, { layers: [base] });
    const report = await check({ depth });
    expect(report.findings).toEqual([]);
    expect(report.checked).toMatchObject({ images: 3, layers: 3 });
    expect(report.incompleteImages).toEqual([]);
  });

  it('has nothing wrong with layers that delete, or bring a name twice', async () => {
    const inside = { path: 'twice/inside', content: 'first' };
    await pulledImage('twice', [
      { path: 'twice', content: 'a file' },
      { path: 'twice/' },
      inside,
      { ...inside, content: 'again' },
    ]);
    using elsewhere = testCore();
    await addImage(elsewhere, { names: ['deletes'], layers: [base, top] });
    await loadImages({
      services: core,
      roots: [],
      archive: saveImages(elsewhere, ['deletes'], new AbortController().signal),
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    expect(codes(await check({ depth: 'quick' }))).toEqual([]);
  });

  it('may have work in flight', async () => {
    using lease = core.metadata.leases.acquire('pull');
    lease.protect({ kind: 'snapshot', key: 'unpack-1' });
    lease.protect({ kind: 'snapshot', key: 'container-1' });
    await core.snapshots.prepare('unpack-1', undefined);
    mkdirSync(join(core.dirs.containers, '1'));
    await using ingest = await core.content.ingest({ digest: fakeDigest('x'), sizeBytes: 10 });
    await ingest.write(Buffer.from('half'));
    await using other = await core.content.ingest();
    await other.write(Buffer.from('half'));
    expect(codes(await check())).toEqual([]);
    expect(codes(await check({ repair: true }))).toEqual([]);
    expect(core.snapshots.has('unpack-1')).toBe(true);
  });
});

describe('a blob', () => {
  it('that was cut off or altered is found, removed, and the layer still runs', async () => {
    const image = await pulledImage();
    const [layer] = (await core.images.manifest(image.id)).layers;
    truncateSync(core.content.path(layer!.digest), 100);
    const found = await check({ depth: 'quick' });
    expect(found.findings).toMatchObject([
      { code: 'blob-altered' },
      { code: 'blob-missing', byHand: true, remedy: 'pull, load or build pulled:latest again' },
    ]);
    expect(found.findings[1]?.message).toMatch(/of image pulled:latest is damaged$/);
    const report = await check({ repair: true });
    expect(report.findings.map(({ code, status }) => [code, status])).toEqual([
      ['blob-altered', 'mended'],
      ['blob-missing', 'not-mended'],
    ]);
    expect(report.findings[1]?.remedy).toContain('pull, load or build pulled:latest again');
    expect(report.incompleteImages).toEqual(['pulled:latest']);
    expect(existsSync(join(layerDir(image), 'bin/sh'))).toBe(true);
    await pulledImage();
    expect((await check({ depth: 'full' })).findings).toEqual([]);
  });

  it('of the same size with other bytes is found by its digest only', async () => {
    const image = await pulledImage();
    const [layer] = (await core.images.manifest(image.id)).layers;
    const bytes = readFileSync(core.content.path(layer!.digest));
    bytes[bytes.length - 9]! ^= 1;
    writeFileSync(core.content.path(layer!.digest), bytes);
    expect(codes(await check({ depth: 'quick' }))).toEqual([]);
    expect(codes(await check())).toEqual(['blob-altered', 'blob-missing']);
  });

  it.each([
    ['compressed', (tar: Buffer) => gzipSync(tar)],
    ['plain', (tar: Buffer) => tar],
  ] as const)('that is lost, %s, of a layer others packed is told without a promise', async (_, packed) => {
    const signal = new AbortController().signal;
    const image = await importedImage('theirs', packed(makeTar(files)));
    const [layer] = (await core.images.manifest(image.id)).layers;
    const saved = await Array.fromAsync(saveImages(core, ['theirs'], signal));
    await core.content.delete(layer!.digest);
    for (const depth of ['quick', 'normal', 'full'] as const) {
      const report = await check({ depth });
      expect(report.findings).toMatchObject([
        { code: 'blob-missing', byHand: true, remedy: 'pull, load or build theirs:latest again' },
      ]);
      expect(report.incompleteImages).toEqual(['theirs:latest']);
    }
    const sent: Uint8Array[] = [];
    const saving = (async () => {
      for await (const chunk of saveImages(core, ['theirs'], signal)) sent.push(chunk);
    })();
    await expect(saving).rejects.toMatchObject({
      code: 'blob-lost',
      message: expect.stringContaining('of image theirs:latest is lost'),
      hint: expect.stringMatching(/^Pull, load or build theirs:latest again.*gantry system check/),
    });
    expect(sent).toEqual([]);

    await loadImages({ services: core, archive: Readable.from(saved), emit: () => undefined, signal });
    expect((await check({ depth: 'full' })).findings).toEqual([]);
    expect(Buffer.concat(await Array.fromAsync(saveImages(core, ['theirs'], signal)))).toEqual(
      Buffer.concat(saved),
    );
  });

  it('that is lost of a layer made here and compressed for a push is made again, byte for byte', async () => {
    const image = await addImage(core, { names: ['built'], layers: [base, top] });
    const signal = new AbortController().signal;
    using lease = core.metadata.leases.acquire('push');
    const emit = (): void => undefined;
    const { layers } = await planShipment(core, image, { lease, compress: true, emit, signal });
    const manifest = await putDocument(core.content, lease, mediaTypes.manifest, {
      ...(await core.images.manifest(image.id)),
      layers: layers.map(({ descriptor }) => descriptor),
    });
    await core.images.record({ manifest, references: [], event: 'image.loaded' });
    for (const { descriptor } of layers) await core.content.delete(descriptor.digest);
    await expectMended(['blob-missing', 'blob-missing']);
    for (const { descriptor } of layers) expect(core.content.has(descriptor.digest)).toBe(true);
  });

  it.each(['manifest', 'config'] as const)(
    'that is the %s of an image made here is made again',
    async (part) => {
      const image = await addImage(core, { names: ['built'], layers: [base, top], config: { Cmd: ['x'] } });
      const digest = part === 'manifest' ? image.manifestDigest : (image.id as string as never);
      await core.content.delete(digest);
      await expectMended(['blob-missing']);
      expect(core.content.has(digest)).toBe(true);
    },
  );

  it('that is the manifest of an image, and damaged, keeps nobody from removing it', async () => {
    const image = await addImage(core, { names: ['built', 'other'], layers: [base] });
    await addImage(core, { names: ['kept'], layers: [top] });
    writeFileSync(core.content.path(image.manifestDigest), 'rubbish');
    const images = createImages(core, {
      usage: { of: () => [], counts: () => new Map() },
      roots: [],
      transfers: {} as ImageTransfers,
    });
    await images.prune();
    expect(codes(await check({ depth: 'quick' }))).toContain('blob-altered');
    await images.remove('other');
    await images.remove('built');
    expect(core.content.has(image.manifestDigest)).toBe(false);
    expect((await check()).findings).toEqual([]);
  });

  it('that nobody will finish is removed, and so is what is no blob', async () => {
    await pulledImage();
    writeFileSync(join(core.dirs.content, 'ingest', 'new-0123'), 'half');
    const old = join(core.dirs.content, 'ingest', fakeDigest('old').replace(':', '-'));
    const young = join(core.dirs.content, 'ingest', fakeDigest('young').replace(':', '-'));
    for (const path of [old, young]) writeFileSync(path, 'half');
    utimesSync(old, 1, 1);
    writeFileSync(join(core.dirs.content, 'blobs/sha256/notes.txt'), '');
    await expectMended(['stale-ingest', 'stale-ingest', 'foreign-file']);
    expect(readdirSync(join(core.dirs.content, 'ingest'))).toEqual([young.split('/').at(-1)]);
    expect(await check()).toMatchObject({ findings: [], partDownloads: { count: 1, sizeBytes: 4 } });
    // What has not come yet takes no space.
    truncateSync(young, 50_000_000);
    expect((await check()).partDownloads.sizeBytes).toBeLessThan(1_000_000);
  });
});

describe('a layer', () => {
  it.each([
    ['a changed file', (dir: string) => writeFileSync(join(dir, 'bin/sh'), 'y'.repeat(5000)), 'normal'],
    ['a longer file', (dir: string) => writeFileSync(join(dir, 'etc/passwd'), 'x'.repeat(99)), 'normal'],
    ['a missing file', (dir: string) => rmSync(join(dir, 'etc/passwd')), 'normal'],
    ['an added file', (dir: string) => writeFileSync(join(dir, 'etc/x'), ''), 'quick'],
    ['no files', (dir: string) => rmSync(join(dir, '..'), { recursive: true }), 'quick'],
  ] as const)('with %s is unpacked again from its blob', async (what, spoil, depth) => {
    const image = await pulledImage();
    spoil(layerDir(image));
    await expectMended([what === 'no files' ? 'layer-missing' : 'layer-altered'], { depth });
    expect(readFileSync(join(layerDir(image), 'bin/ash'), 'utf8')).toBe('x'.repeat(5000));
    expect(readdirSync(join(layerDir(image), 'etc'))).toEqual(['passwd']);
  });

  it('without a record is unpacked again, under those that stand upon it', async () => {
    const image = await pulledImage();
    await core.snapshots.prepare('container-1', image.topChainId);
    core.metadata.collection('snapshots', (document) => document).delete(image.topChainId as string);
    const { findings } = await check({ repair: true });
    expect(findings.map(({ code, status }) => `${code} ${status}`)).toEqual([
      'layer-missing mended',
      'unfinished-layer mended',
      'stray-layer-folder mended',
    ]);
    expect(readFileSync(join(layerDir(image), 'bin/sh'), 'utf8')).toBe('x'.repeat(5000));
  });

  it('made here is known by its digest, and has to be built again', async () => {
    const image = await addImage(core, { names: ['built'], layers: [base] });
    writeFileSync(join(layerDir(image), 'base'), 'else'.repeat(1000));
    expect(codes(await check({ depth: 'quick' }))).toEqual([]);
    const report = await check({ repair: true });
    expect(report.findings).toMatchObject([
      { code: 'layer-altered', status: 'not-mended', remedy: expect.stringContaining('again') },
    ]);
    expect(report.incompleteImages).toEqual(['built:latest']);
    expect((await check()).findings).toMatchObject([
      { code: 'layer-missing', remedy: 'its blob is not here: pull, load or build built:latest again' },
    ]);
  });

  it('that was damaged with its blob is set aside, so that what brings the image again unpacks it anew', async () => {
    const image = await pulledImage();
    const { layers } = await core.images.manifest(image.id);
    const signal = new AbortController().signal;
    const saved = await Array.fromAsync(saveImages(core, ['pulled'], signal));
    truncateSync(join(layerDir(image), 'bin/sh'), 7);
    writeFileSync(core.content.path(layers[0]?.digest as never), 'else', { flag: 'r+' });
    await core.snapshots.prepare('container-1', image.topChainId);
    const found = (await check()).findings;
    expect(found).toMatchObject([
      { code: 'blob-altered' },
      { code: 'blob-missing' },
      { code: 'layer-altered' },
      {},
    ]);
    expect(found[2]?.remedy).toMatch(/^its blob is not here: set it aside, then pull/);

    const mended = await check({ repair: true });
    expect(mended.findings.filter(({ code }) => code.startsWith('layer'))).toMatchObject([
      { code: 'layer-altered', status: 'not-mended', remedy: expect.stringMatching(/^it was set aside/) },
    ]);
    expect(mended.incompleteImages).toEqual(['pulled:latest']);
    expect(core.snapshots.has(image.topChainId as string)).toBe(false);
    const again = (await check()).findings.filter(({ severity }) => severity === 'damage');
    expect(again).toMatchObject([
      { code: 'blob-missing', byHand: true, remedy: 'pull, load or build pulled:latest again' },
      { code: 'layer-missing', byHand: true },
    ]);

    await loadImages({ services: core, archive: Readable.from(saved), emit: () => undefined, signal });
    expect(readFileSync(join(layerDir(image), 'bin/sh'), 'utf8')).toBe('x'.repeat(5000));
    expect((await check({ repair: true, depth: 'full' })).incompleteImages).toEqual([]);
  });

  it('that can be unpacked again leaves its image whole', async () => {
    const image = await pulledImage();
    rmSync(join(layerDir(image), 'etc/passwd'));
    const { findings, incompleteImages } = await check();
    expect(findings).toMatchObject([{ remedy: 'unpack it again from its blob' }]);
    expect(incompleteImages).toEqual([]);
  });

  it('is not exchanged under work that uses it', async () => {
    const image = await pulledImage();
    writeFileSync(join(layerDir(image), 'etc/passwd'), 'x'.repeat(99));
    using lease = core.metadata.leases.acquire('build');
    lease.protect({ kind: 'snapshot', key: image.topChainId as string });
    expect((await check({ repair: true })).findings).toMatchObject([
      { code: 'layer-altered', status: 'not-mended', remedy: 'work in flight uses it: stop that first' },
    ]);
    expect(readFileSync(join(layerDir(image), 'etc/passwd'), 'utf8')).toBe('x'.repeat(99));
  });

  it('that counts files otherwise than its archive did is sound all the same', async () => {
    const odd = [...files, { path: 'etc/passwd', content: 'twice' }, { path: 'a/b/c', content: '' }];
    await importImage({
      services: core,
      archive: Readable.from([makeTar(odd)]),
      options: { reference: 'odd' },
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    for (const depth of ['normal', 'full'] as const) expect((await check({ depth })).findings).toEqual([]);
  });
});

describe('records', () => {
  it('of names and images are made to agree', async () => {
    const image = await addImage(core, { names: ['web:1'], layers: [base] });
    const names = core.metadata.collection('image-names', String);
    names.put('docker.io/library/ghost:1', fakeDigest('ghost'));
    names.put('docker.io/library/extra:1', image.id);
    names.delete('docker.io/library/web:1');
    await expectMended(['name-lost', 'name-without-image', 'name-lost']);
    expect([...(core.images.get(image.id)?.references ?? [])].sort()).toEqual([
      'docker.io/library/extra:1',
      'docker.io/library/web:1',
    ]);
    expect(core.images.find('web:1')?.id).toBe(image.id);
    expect(core.images.find('ghost:1')).toBeUndefined();
  });

  it('that cannot be read are forgotten, and everything else goes on', async () => {
    await addImage(core, { names: ['web'], layers: [base] });
    core.metadata.collection('images', (document) => document).put(fakeDigest('broken'), { what: 1 });
    expect(() => core.images.list()).toThrow();
    expect(() => core.images.outlines()).toThrow(expect.objectContaining({ kind: 'corrupt' }));
    await expectMended(['record-damaged']);
    expect(core.images.outlines()).toHaveLength(1);
    expect(core.images.list()).toHaveLength(1);
  });

  it('and what lists show of them are made to agree', async () => {
    const image = await addImage(core, { names: ['web:1'], layers: [base] });
    const listed = core.images.outlines();
    {
      using database = new DatabaseSync(core.dirs.database);
      database.exec(`
        DELETE FROM image_summaries;
        INSERT INTO image_summaries VALUES ('${fakeDigest('ghost')}', '[]')`);
    }
    await expectMended(['image-index', 'image-index']);
    expect(core.images.outlines()).toEqual(listed);
    expect(listed).toMatchObject([{ id: image.id, references: ['docker.io/library/web:1'] }]);
  });

  it('of cached steps without their layers, of users that are gone and of volumes are set right', async () => {
    cacheRecords(core.metadata).put('a'.repeat(64), {
      description: 'RUN x',
      createdAt: '2026-01-01T00:00:00Z',
      lastUsedAt: '2026-01-01T00:00:00Z',
      layer: { diffId: fakeDigest('d') as never, chainId: fakeDigest('c') as never, tarBytes: 1 },
    });
    const { volumes, users } = volumeRecords(core.metadata);
    volumes.put('lost', { createdAt: '2026-01-01T00:00:00Z', anonymous: false, labels: {} });
    users.put(`lost/${'c'.repeat(64)}`, true);
    mkdirSync(join(core.dirs.volumes, 'data/_data'), { recursive: true });
    writeFileSync(join(core.dirs.volumes, 'data/_data/precious'), 'x');
    mkdirSync(join(core.dirs.volumes, 'empty/_data'), { recursive: true });
    await expectMended([
      'stray-cache-record',
      'volume-folder-missing',
      'stray-volume-folder',
      'stray-volume-folder',
      'container-index',
    ]);
    expect([...volumes.keys()]).toEqual(['data', 'lost']);
    expect(readFileSync(join(core.dirs.volumes, 'data/_data/precious'), 'utf8')).toBe('x');
  });
});

describe('a lock in whose place something else stands', () => {
  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/dev/null', path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ])('%s goes out of the way', async (what, place) => {
    const path = join(core.dirs.locks, `container-${'d'.repeat(64)}`);
    place(path);
    if (what !== 'a pipe')
      expect(() => tryLockFile(path)).toThrow(expect.objectContaining({ code: 'lock-replaced' }));
    await expectMended(['lock-replaced']);
    expect(existsSync(path)).toBe(false);
  });

  it('keeps what is in it', async () => {
    mkdirSync(join(core.dirs.locks, 'names'));
    writeFileSync(join(core.dirs.locks, 'names/precious'), 'x');
    await expectMended(['lock-replaced']);
    const aside = readdirSync(core.dirs.root).find((name) => name.startsWith('was-names-')) as string;
    expect(readFileSync(join(core.dirs.root, aside, 'precious'), 'utf8')).toBe('x');
  });
});

describe('what killed work left', () => {
  it('is found and removed', async () => {
    await core.snapshots.prepare('unpack-dead', undefined);
    await core.snapshots.prepare('build-0123456789abcdef-1', undefined);
    mkdirSync(join(core.dirs.snapshots, '4711/fs'), { recursive: true });
    mkdirSync(join(core.dirs.snapshots, 'trash/1-ab/fs'), { recursive: true });
    mkdirSync(join(core.dirs.containers, 'c'.repeat(64)));
    mkdirSync(join(core.dirs.temp, 'build-fedcba9876543210'));
    mkdirSync(join(core.dirs.temp, 'volume-01'));
    writeFileSync(join(core.dirs.locks, `container-${'d'.repeat(64)}`), '');
    writeFileSync(join(core.dirs.root, 'metadata.db.0123.tmp'), '');
    utimesSync(join(core.dirs.root, 'metadata.db.0123.tmp'), 1, 1);
    await expectMended([
      'killed-build',
      'killed-build',
      'stray-container-folder',
      'unfinished-layer',
      'unfinished-layer',
      'stray-layer-folder',
      'stray-layer-folder',
      'stray-file',
      'stray-file',
      'stray-lock',
    ]);
    expect([...core.snapshots.list()]).toEqual([]);
    for (const dir of ['temp', 'containers', 'locks'] as const) {
      expect(readdirSync(core.dirs[dir]).filter((name) => name !== 'garbage')).toEqual([]);
    }
  });

  it('is told as unused, and is nothing wrong, when it is whole', async () => {
    await core.content.put(Buffer.from('a blob of a pull that was given up'));
    const report = await check();
    expect(report.findings).toEqual([]);
    expect(report.unusedBytes).toBe(34);
  });
});
