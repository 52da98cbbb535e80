import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImages, type ImageTransfers } from '../../../src/core/images/create-images.ts';
import type { Image } from '../../../src/core/images/image-store.ts';
import { layerBlobs } from '../../../src/core/layers/layer-blob-records.ts';
import { openSnapshotter } from '../../../src/core/snapshots/open-snapshotter.ts';
import { importImage } from '../../../src/core/transfer/import-image.ts';
import type { Images } from '../../../src/engine/images.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { fakeDigest } from '../../support/sample-objects.ts';
import { checkCore, expectMended, foundIn } from '../../support/store-check.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { addImage, type TestCore, testCore } from '../../support/test-core.ts';

let core: TestCore;
beforeEach(() => {
  core = testCore();
});
afterEach(() => core[Symbol.dispose]());

const signal = new AbortController().signal;
const images = (): Images =>
  createImages(core, {
    usage: { of: () => [], counts: () => new Map() },
    roots: [],
    transfers: {} as ImageTransfers,
  });
const files = [{ path: 'etc/' }, { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' }];

async function imported(reference: string, entries = files): Promise<Image> {
  const archive = (async function* () {
    yield makeTar(entries);
  })();
  const id = await importImage({
    services: core,
    archive,
    options: { reference },
    emit: () => undefined,
    signal,
  });
  return core.images.get(id) as Image;
}

describe('a symbolic link in place of a folder of the store', () => {
  /** Where the link leads: old, and named as what the engine would remove. */
  function elsewhere(names: readonly string[]): string {
    const dir = join(core.root, '..', 'elsewhere');
    for (const name of names) {
      mkdirSync(join(dir, name), { recursive: true });
      writeFileSync(join(dir, name, 'precious'), 'x');
      utimesSync(join(dir, name), 1, 1);
    }
    writeFileSync(join(dir, 'precious.tmp'), 'x');
    utimesSync(join(dir, 'precious.tmp'), 1, 1);
    return dir;
  }

  it.each([
    'content',
    'content/blobs',
    'content/blobs/sha256',
    'content/ingest',
    'snapshots',
    'snapshots/trash',
    'containers',
    'volumes',
    'cache',
    'cache/build-mounts',
    'locks',
    'tmp',
    'run/crun',
  ])('(%s) is reported, and nothing behind it is removed by check, prune or rmi', async (folder) => {
    await addImage(core, { names: ['web'], layers: [files] });
    await addImage(core, { names: ['other'], layers: [] });
    const path = join(core.root, folder);
    rmSync(path, { recursive: true, force: true });
    const target = elsewhere(['1', 'notes', 'c'.repeat(64), 'new-0123', '0'.repeat(32)]);
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync(target, path);
    const before = execFileSync('find', [target, '-printf', '%p %s\n'], { encoding: 'utf8' });

    const report = await checkCore(core, { repair: true });
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        code: 'folder-replaced',
        subject: path,
        status: 'not-mended',
        message: `${path} is a symbolic link, where the store has a folder of its own`,
      }),
    );
    expect(report.findings.filter(({ code }) => code === 'check-failed')).toEqual([]);
    for (const work of [images().prune({ all: true }), images().remove('other')]) {
      await expect(work).rejects.toMatchObject({
        code: 'store-folder-replaced',
        hint: expect.stringContaining('--root'),
      });
    }
    const after = execFileSync('find', [target, '-printf', '%p %s\n'], { encoding: 'utf8' });
    expect(after.split('\n')).toEqual(expect.arrayContaining(before.split('\n')));
  });

  it('may lead to the root itself', async () => {
    const moved = join(core.root, '..', 'moved');
    renameSync(core.root, moved);
    symlinkSync(moved, core.root);
    await addImage(core, { names: ['web'], layers: [files] });
    expect((await checkCore(core)).findings).toEqual([]);
    await images().remove('web');
    expect(readdirSync(join(moved, 'content/blobs/sha256'))).toEqual([]);
  });
});

describe('something else in place of a part of the store', () => {
  it('is moved away where a folder should be, and all goes on', async () => {
    const image = await imported('web');
    const { layers } = await core.images.manifest(image.id);
    rmSync(join(core.dirs.content, 'blobs'), { recursive: true });
    writeFileSync(join(core.dirs.content, 'blobs'), 'somebody’s notes');
    await expect(core.content.put(Buffer.from('x'))).rejects.toMatchObject({
      code: 'store-damaged',
      hint: 'mend it with: gantry system check --repair',
    });
    await expect(core.images.manifest(image.id)).rejects.toMatchObject({ code: 'blob-not-found' });
    await expect(images().prune()).rejects.toMatchObject({ code: 'store-folder-replaced' });

    const report = await checkCore(core, { repair: true });
    expect(report.findings[0]).toMatchObject({ code: 'folder-replaced', status: 'mended' });
    const aside = readdirSync(core.root).find((name) => name.startsWith('was-blobs-'));
    expect(readFileSync(join(core.root, aside as string), 'utf8')).toBe('somebody’s notes');
    expect(report.incompleteImages).toEqual(['web:latest']);
    expect(core.content.has(layers[0]!.digest)).toBe(false);
    await imported('web');
    await images().remove(image.id);
    expect((await checkCore(core, { depth: 'full' })).findings).toEqual([]);
  });

  it('is nobody’s to prune: what somebody else keeps among the blobs stays', async () => {
    await addImage(core, { names: ['web'], layers: [files] });
    const notes = [join(core.dirs.content, 'blobs/backup'), join(core.dirs.content, 'blobs/sha256/notes')];
    for (const dir of notes) mkdirSync(dir);
    mkdirSync(join(core.dirs.snapshots, 'lost+found'));
    await images().prune({ all: true });
    for (const dir of notes) expect(existsSync(dir)).toBe(true);
    expect(foundIn(await checkCore(core, { repair: true }))).toEqual(['foreign-file mended']);
    expect(existsSync(join(core.dirs.snapshots, 'lost+found'))).toBe(true);
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(join(path, 'inner'), { recursive: true })],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
  ])('in place of a blob (%s) counts for nothing, and gives way', async (_what, put) => {
    const image = await addImage(core, { names: ['web'], layers: [files] });
    const path = core.content.path(image.manifestDigest);
    rmSync(path);
    put(path);
    expect(core.content.has(image.manifestDigest)).toBe(false);
    await expect(core.images.manifest(image.id)).rejects.toMatchObject({
      code: 'blob-not-found',
      hint: 'mend it with: gantry system check --repair',
    });
    await expectMended(core, ['foreign-file', 'blob-missing']);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  it.each([
    ['its folder', (dir: string) => join(dir, '..')],
    ['its files', (dir: string) => dir],
  ])('in place of a layer (%s) gives way to the layer', async (_what, place) => {
    const image = await imported('web');
    const dir = core.snapshots.layerDir(image.topChainId as string);
    rmSync(place(dir), { recursive: true });
    writeFileSync(place(dir), 'no folder');
    await expect(core.snapshots.prepare('container-1', image.topChainId)).rejects.toMatchObject({
      code: 'snapshot-missing',
      hint: 'mend it with: gantry system check --repair',
    });
    await expectMended(core, ['layer-missing']);
    expect(
      readFileSync(join(core.snapshots.layerDir(image.topChainId as string), 'etc/passwd'), 'utf8'),
    ).toContain('root');
  });

  it('(a failing disk, a folder nobody may read) keeps no check from the others', async () => {
    await addImage(core, { names: ['web'], layers: [files] });
    core.metadata.collection('snapshot-children', () => 1).put('a b', 1);
    const collection = core.metadata.collection.bind(core.metadata);
    // Whatever a check trips over, the next is made.
    Object.assign(core.metadata, {
      collection: (name: string, decode: never) => {
        if (name === 'build-cache') throw new Error('EIO: i/o error, read');
        return collection(name, decode);
      },
    });
    mkdirSync(join(core.dirs.temp, 'volume-01'));
    const { findings } = await checkCore(core, { repair: true });
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'check-failed',
        message: 'cannot check the build cache: EIO: i/o error, read',
      }),
    );
    expect(findings.at(-1)).toMatchObject({ code: 'stray-file', status: 'mended' });
  });
});

describe('a size that is not the blob’s', () => {
  it('is the fault of the record that names it, and is set right', async () => {
    const image = await imported('web');
    const [layer] = (await core.images.manifest(image.id)).layers;
    const records = core.metadata.collection(
      'images',
      (document) => document as { manifest: { size: number } },
    );
    const record = records.get(image.id)!;
    records.put(image.id, { ...record, manifest: { ...record.manifest, size: 7 } });
    layerBlobs(core.metadata).put(fakeDigest('d') as never, { ...layer!, size: 9 });
    const report = await expectMended(core, ['size-misnamed', 'size-misnamed'], { depth: 'quick' });
    expect(report.findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('the record of image web:latest says that'),
    );
  });

  it('is the fault of the manifest that names it, and costs no blob', async () => {
    const sound = await imported('sound');
    const { config, layers } = await core.images.manifest(sound.id);
    const lying = {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config,
      layers: [{ ...layers[0]!, size: layers[0]!.size + 1 }],
    };
    const { digest, sizeBytes } = await core.content.put(Buffer.from(JSON.stringify(lying)));
    await core.images.record({
      manifest: { mediaType: mediaTypes.manifest, digest, size: sizeBytes },
      references: ['docker.io/library/lying:1'],
      event: 'image.pulled',
    });
    for (const depth of ['quick', 'normal'] as const) {
      const report = await checkCore(core, { depth, repair: true });
      expect(report.findings).toMatchObject([
        { code: 'size-misnamed', status: 'not-mended', message: expect.stringContaining('lying:1') },
      ]);
      expect(core.content.has(layers[0]!.digest)).toBe(true);
    }
  });

  it('is looked at when the blob is brought again: a damaged one is replaced, a lie refused', async () => {
    const bytes = Buffer.from('what was to be kept');
    const { digest } = await core.content.put(bytes);
    await expect(core.content.ingest({ digest, sizeBytes: 5 })).rejects.toMatchObject({
      code: 'size-mismatch',
    });
    expect(core.content.has(digest)).toBe(true);
    truncateSync(core.content.path(digest), 5);
    await core.content.put(bytes);
    expect(Buffer.from(await core.content.read(digest, 100))).toEqual(bytes);
  });
});

describe('an imported layer whose blob is gone', () => {
  const lose = (image: Image): void => {
    for (const diffId of image.config.rootfs.diff_ids) rmSync(core.content.path(diffId as never));
  };

  it('is not taken for changed: nobody can tell how its tar was written', async () => {
    lose(await imported('web', [...files].reverse()));
    expect(
      foundIn(await checkCore(core, { depth: 'full' })).filter((found) => found.startsWith('layer')),
    ).toEqual([]);
  });

  it('is told of where its files were touched, too', async () => {
    const image = await imported('web', [...files].reverse());
    lose(image);
    const passwd = join(core.snapshots.layerDir(image.topChainId as string), 'etc/passwd');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace('root', 'ruut'));
    expect(foundIn(await checkCore(core, { depth: 'full' }))).toContain('layer-altered found');
  });
});

describe('a layer that is being mended', () => {
  it('is left alone when somebody has begun to use it meanwhile', async () => {
    const image = await imported('web');
    const chainId = image.topChainId as string;
    writeFileSync(join(core.snapshots.layerDir(chainId), 'etc/passwd'), 'altered');
    const prepare = core.snapshots.prepare.bind(core.snapshots);
    using lease = core.metadata.leases.acquire('a build');
    // While it is unpacked anew, beside the old one.
    Object.assign(core.snapshots, {
      prepare: async (...given: Parameters<typeof prepare>) => {
        const plan = await prepare(...given);
        lease.protect({ kind: 'snapshot', key: chainId });
        return plan;
      },
    });
    const { findings } = await checkCore(core, { repair: true });
    expect(findings).toMatchObject([
      { code: 'layer-altered', status: 'not-mended', remedy: 'work in flight uses it: stop that first' },
    ]);
    expect(readFileSync(join(core.snapshots.layerDir(chainId), 'etc/passwd'), 'utf8')).toBe('altered');
    expect([...core.snapshots.list()].map(({ key }) => key)).toEqual([chainId]);
  });
});

describe('a record that was lost or cannot be read', () => {
  const spoil = (collection: string, key: string): void =>
    core.metadata.collection(collection, (document) => document).put(key, { what: 1 });

  it('of an image is written anew with its names', async () => {
    const image = await addImage(core, { names: ['web:1', 'web:2'], layers: [files] });
    const before = core.metadata.collection('images', (document) => document).get(image.id);
    spoil('images', image.id);
    expect(() => core.images.list()).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('check') }),
    );
    await expectMended(core, ['record-damaged']);
    expect(core.metadata.collection('images', (document) => document).get(image.id)).toEqual({
      ...(before as object),
      references: expect.arrayContaining(['docker.io/library/web:1', 'docker.io/library/web:2']),
    });
  });

  it('of an image is written anew without its manifest too, and goes when its config is gone', async () => {
    const whole = await addImage(core, { names: ['whole'], layers: [files] });
    const lost = await addImage(core, { names: ['lost'], layers: [] });
    await core.content.delete(whole.manifestDigest);
    await core.content.delete(lost.id as string as never);
    for (const { id } of [whole, lost]) spoil('images', id);
    const report = await checkCore(core, { repair: true });
    expect(foundIn(report)).toEqual([
      'record-damaged mended',
      'record-damaged mended',
      'name-without-image mended',
    ]);
    expect(core.images.resolve('whole').manifestDigest).toBe(whole.manifestDigest);
    expect(core.images.find('lost')).toBeUndefined();
  });

  it('of a layer made here is written anew by what its folder says', async () => {
    const image = await addImage(core, {
      names: ['built'],
      layers: [files, [{ path: 'top', content: 'x' }]],
    });
    spoil('snapshots', image.topChainId as string);
    await expectMended(core, ['record-damaged']);
    core.metadata.collection('snapshots', (document) => document).delete(image.topChainId as string);
    const report = await checkCore(core, { repair: true });
    expect(foundIn(report)).toEqual(['layer-missing mended']);
    expect(readdirSync(core.snapshots.layerDir(image.topChainId as string))).toEqual(['top']);
  });

  it('of an image is written anew where it says something else than its config, or names another manifest', async () => {
    const image = await addImage(core, {
      names: ['web'],
      layers: [files],
      config: { Cmd: ['sh'], User: 'nobody' },
    });
    const other = await addImage(core, { names: ['other'], layers: [] });
    const records = core.metadata.collection('images', (document) => document as Record<string, object>);
    const before = records.get(image.id)!;
    const config = { ...before['config'], config: { Cmd: ['sh', '-c', 'evil'], User: 'root', Labels: 5 } };
    records.put(image.id, { ...before, config });
    expect(foundIn(await checkCore(core, { depth: 'quick' }))).toEqual([]);
    await expectMended(core, ['record-altered']);
    expect(records.get(image.id)).toEqual(before);
    records.put(image.id, { ...before, manifest: records.get(other.id)!['manifest'] as object });
    await expectMended(core, ['manifest-damaged']);
    expect(records.get(image.id)).toEqual(before);
  });

  it('of what only tells from others is set right from these, whatever is in it', async () => {
    await addImage(core, { names: ['web'], layers: [files, [{ path: 'top', content: 'x' }]] });
    const all = (name: string) => core.metadata.collection(name, () => true as const);
    const before = all('snapshot-children').keys();
    expect(before).toHaveLength(1);
    all('snapshot-children').delete(before[0] as string);
    all('snapshot-children').put('nobody nothing', true);
    using raw = new DatabaseSync(core.dirs.database);
    for (const name of [
      'snapshot-numbers/next',
      'snapshot-form/name',
      'image-users/x/y',
      'volume-users/v/c',
    ]) {
      const [, collection, key] = /^([^/]+)\/(.*)$/.exec(name)!;
      raw.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?)').run(collection!, key!, '{"half');
    }
    expect(openSnapshotter(core.dirs, core.metadata).name).toBe(core.snapshots.name);
    expect(foundIn(await checkCore(core, { repair: true }))).toEqual([
      ...Array(3).fill('record-damaged mended'),
      ...Array(2).fill('layer-index mended'),
    ]);
    expect((await checkCore(core)).findings).toEqual([]);
    expect(all('snapshot-children').keys()).toEqual(before);
    await core.snapshots.prepare('next', undefined);
    await core.snapshots.remove('next');
  });

  it.each([
    ['volumes', '../../etc', { createdAt: '2026-01-01T00:00:00Z', anonymous: true, labels: {} }],
    ['containers', '..', { id: '..' }],
    [
      'networks',
      'mine',
      {
        id: 'a',
        name: 'mine',
        bridge: 'eth0',
        subnet: '10.1.0.0/24',
        gateway: '10.1.0.1',
        createdAt: 'x',
        labels: {},
      },
    ],
    ['snapshots', 'x', { id: '../../etc', kind: 'committed' }],
    ['snapshots', 'y', { id: '1', kind: 'active', parent: 'y' }],
    ['images', 'sha256:../../etc', { manifest: {} }],
    ['image-names', 'docker.io/library/x:1', '../../etc'],
    ['network-addresses', '../x', { containerId: 'c' }],
  ])('of %s that was written by somebody else (%s) reaches nothing outside', async (name, key, document) => {
    core.metadata.collection(name, (any) => any).put(key, document);
    const report = await checkCore(core, { repair: true });
    expect(report.findings.map(({ severity, status }) => [severity, status])).toEqual(
      report.findings.map(() => [expect.any(String), 'mended']),
    );
    expect(report.findings.length).toBeGreaterThan(0);
    await images().prune({ all: true });
    expect(existsSync('/etc/passwd')).toBe(true);
    expect(core.metadata.collection(name, (any) => any).has(key)).toBe(false);
  });
});
