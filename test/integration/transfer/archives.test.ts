import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layerBlobs } from '../../../src/core/layers/layer-blob-records.ts';
import { shortId } from '../../../src/oci/digest.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { type DockerDaemon, dockerDaemon } from '../../support/docker-daemon.ts';
import { type Podman, podman } from '../../support/podman.ts';
import { mustRun } from '../../support/run-program.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let daemon: DockerDaemon;
let pods: Podman;
let engine: TestEngine;
let folder: TempFolder;

beforeAll(async () => {
  daemon = await dockerDaemon();
  pods = podman();
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await pods[Symbol.asyncDispose]();
});
beforeEach(() => {
  engine = testEngine();
  folder = tempFolder();
});
afterEach(() => {
  engine[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const busybox = readFileSync('/bin/busybox');
const layers = [
  [
    { path: 'bin/', mode: 0o755 },
    { path: 'bin/busybox', content: busybox, mode: 0o755 },
    { path: 'bin/sh', type: 'hardlink' as const, linkPath: 'bin/busybox', mode: 0o755 },
    { path: 'old', content: 'old' },
  ],
  [{ path: 'greeting', content: 'hello from a layer' }, { path: '.wh.old' }],
];
const config = { Cmd: ['/bin/busybox', 'cat', '/greeting'], Env: ['PATH=/bin'] };

async function save(...references: readonly string[]): Promise<string> {
  const path = folder.at(`${references.length}-${Math.random()}.tar`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of engine.port.save(references)) chunks.push(chunk);
  writeFileSync(path, Buffer.concat(chunks));
  return path;
}

function load(path: string, into = engine): Promise<readonly string[]> {
  const bytes = createReadStream(path);
  return into.port.load({ file: path, [Symbol.asyncIterator]: () => bytes[Symbol.asyncIterator]() }).result;
}

describe('an archive we save', () => {
  it('is loaded and run by docker and by podman, with the same image ID', async () => {
    const image = await addImage(engine, { names: ['ours:1', 'ours:2'], layers, config });
    const path = await save('ours');
    expect(await daemon.must('load', '-i', path)).toContain('Loaded image: ours:1');
    expect((await daemon.must('image', 'inspect', '-f', '{{.Id}}', 'ours:2')).trim()).toBe(image.id);
    expect(await daemon.must('run', '--rm', '--network', 'none', 'ours:1')).toBe('hello from a layer');
    await pods.must('load', '-i', path);
    const name = 'docker.io/library/ours:1';
    expect((await pods.must('image', 'inspect', '-f', '{{.Id}}', name)).trim()).toBe(image.id.slice(7));
    expect(await pods.must('run', '--rm', name)).toBe('hello from a layer');
  });

  it('is the same each time, and comes back as it was', async () => {
    const image = await addImage(engine, { names: ['ours:1'], layers, config });
    const path = await save('ours:1');
    expect(sha256(readFileSync(await save('ours:1')))).toBe(sha256(readFileSync(path)));
    using other = testEngine();
    expect(await load(path, other)).toEqual(['ours:1']);
    expect(other.images.resolve('ours:1').id).toBe(image.id);
  });

  it('holds several images, shared layers once, and none of the names of an ID', async () => {
    const one = await addImage(engine, { names: ['one'], layers, config });
    await addImage(engine, { names: ['two'], layers, config: { ...config, User: '1' } });
    const path = await save('two', shortId(one.id));
    const listed = await mustRun(['tar', '-tf', path]);
    expect(listed.split('\n').length).toBe(new Set(listed.split('\n')).size);
    using other = testEngine();
    expect(await load(path, other)).toEqual(['two:latest', one.id]);
  });

  it('is an OCI layout and a docker-archive to skopeo, whose copies we read', async () => {
    const image = await addImage(engine, { names: ['ours:1'], layers, config });
    const path = await save('ours:1');
    for (const form of ['oci-archive', 'docker-archive']) {
      const copy = folder.at(`${form}.tar`);
      await mustRun([
        'skopeo',
        'copy',
        '-q',
        '--insecure-policy',
        `oci-archive:${path}`,
        `${form}:${copy}:copied:1`,
      ]);
      using other = testEngine();
      const [name] = await load(copy, other);
      expect(name).toBe('copied:1');
      expect(other.images.resolve('copied:1').diffIds).toEqual(image.diffIds);
    }
    await mustRun(['skopeo', 'inspect', '--config', `docker-archive:${path}`]);
  });

  it('is not made of a blob that was altered on the disk', async () => {
    const archive = makeTar([{ path: 'bin/sh', content: 'x'.repeat(5000) }]);
    await engine.port.import(Readable.from([gzipSync(archive)]), { reference: 'altered:1' }).result;
    const { layers: blobs } = await engine.images.manifest(engine.images.resolve('altered:1').id);
    const path = engine.content.path(blobs[0]!.digest);
    const bytes = readFileSync(path);
    bytes[20]! ^= 1;
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
    await expect(save('altered:1')).rejects.toMatchObject({ kind: 'corrupt', code: 'digest-mismatch' });
  });

  it('of an image that is not there is refused before a byte is written', async () => {
    await expect(save('nothing')).rejects.toThrow('No such image: nothing');
  });
});

describe('an archive of another tool', () => {
  it.each([
    ['docker save', (path: string) => daemon.must('save', '-o', path, 'theirs:1')],
    ['podman save', (path: string) => pods.must('save', '-o', path, 'docker.io/library/theirs:1')],
    [
      'podman save, OCI form',
      (path: string) =>
        pods.must('save', '--format', 'oci-archive', '-o', path, 'docker.io/library/theirs:1'),
    ],
  ])('is loaded: %s', async (_, saveTheirs) => {
    writeFileSync(folder.at('rootfs.tar'), makeTar(layers[0] ?? []));
    await daemon.must(
      'import',
      '-c',
      'CMD ["/bin/busybox","echo","hi"]',
      folder.at('rootfs.tar'),
      'theirs:1',
    );
    await pods.must(
      'import',
      '-c',
      'CMD=["/bin/busybox","echo","hi"]',
      folder.at('rootfs.tar'),
      'docker.io/library/theirs:1',
    );
    const path = folder.at('theirs.tar');
    await saveTheirs(path);
    expect(await load(path)).toEqual(['theirs:1']);
    const image = engine.images.resolve('theirs:1');
    expect(image.config.config?.Cmd).toEqual(['/bin/busybox', 'echo', 'hi']);
    expect(image.sizeBytes).toBe(busybox.length + 3);
    expect(await load(path)).toEqual(['theirs:1']);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['xz', (bytes: Buffer) => execFileSync('xz', ['-0', '-c'], { input: bytes, maxBuffer: 1e9 })],
    ['bzip2', (bytes: Buffer) => execFileSync('bzip2', ['-1', '-c'], { input: bytes, maxBuffer: 1e9 })],
  ])('is loaded compressed: %s', async (_, compress) => {
    await addImage(engine, { names: ['ours:1'], layers, config });
    const path = await save('ours:1');
    writeFileSync(path, compress(readFileSync(path)));
    using other = testEngine();
    expect(await load(path, other)).toEqual(['ours:1']);
  });

  it('is loaded in the old form, with links between layers and unsorted files', async () => {
    const layer = makeTar([{ path: 'x', content: 'x' }]);
    const image = {
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(layer), sha256(layer)] },
    };
    const list = [{ Config: 'c.json', RepoTags: null, Layers: ['a/layer.tar', 'b/layer.tar'] }];
    const archive = makeTar([
      { path: 'b/layer.tar', type: 'symlink', linkPath: '../a/layer.tar' },
      { path: './manifest.json', content: JSON.stringify(list) },
      { path: 'a/', mode: 0o755 },
      { path: 'a/layer.tar', content: layer },
      { path: 'c.json', content: JSON.stringify(image) },
    ]);
    writeFileSync(folder.at('old.tar'), archive);
    const [id] = await load(folder.at('old.tar'));
    expect(engine.images.resolve(id as string).diffIds).toHaveLength(2);
  });

  const ociArchive = (layer: Buffer, options: { readonly diffId: string; readonly lie?: number }) => {
    const type = (name: string) => `application/vnd.oci.image.${name}.v1+json`;
    const files: { path: string; content: string | Buffer }[] = [];
    const put = (mediaType: string, body: Buffer, size = body.length) => {
      const digest = sha256(body);
      files.push({ path: `blobs/sha256/${digest.slice(7)}`, content: body });
      return { mediaType, digest, size };
    };
    const json = (value: object) => Buffer.from(JSON.stringify(value));
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const rootfs = { type: 'layers', diff_ids: [options.diffId] };
    const imageConfig = put(type('config'), json({ architecture, os: 'linux', config: {}, rootfs }));
    const blob = put('application/vnd.oci.image.layer.v1.tar+gzip', layer, options.lie);
    const manifest = { schemaVersion: 2, mediaType: type('manifest'), config: imageConfig, layers: [blob] };
    const manifests = [put(type('manifest'), json(manifest))];
    files.push({ path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' });
    files.push({ path: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests }) });
    const path = folder.at(`oci-${Math.random()}.tar`);
    writeFileSync(path, makeTar(files));
    return path;
  };

  it('that lies about a size is refused', async () => {
    const tar = makeTar([{ path: 'x', content: 'x' }]);
    const path = ociArchive(gzipSync(tar), { diffId: sha256(tar), lie: 7 });
    await expect(load(path)).rejects.toMatchObject({ code: 'bad-archive', message: /where 7 are named/ });
  });

  it('whose index leads too deep, or to nothing, is refused', async () => {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const files = [{ path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }];
    let manifests: object[] = [];
    for (let depth = 0; depth < 8; depth += 1) {
      const content = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
      const digest = sha256(Buffer.from(content));
      files.push({ path: `blobs/sha256/${digest.slice(7)}`, content });
      manifests = [{ mediaType, digest, size: content.length }];
    }
    for (const entries of [manifests, []]) {
      const path = folder.at(`deep-${entries.length}.tar`);
      const index = { path: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: entries }) };
      writeFileSync(path, makeTar([...files, index]));
      await expect(load(path)).rejects.toMatchObject({
        code: 'bad-archive',
        message: /no image that can be used/,
      });
    }
  });

  it('cannot put a blob of its own in the place of a layer that is here', async () => {
    const tar = makeTar([{ path: 'honest', content: 'honest' }]);
    const evil = gzipSync(makeTar([{ path: 'evil', content: 'evil' }]));
    await engine.port.import(Readable.from([tar]), { reference: 'honest:1' }).result;
    const { diffIds } = engine.images.resolve('honest:1');
    await load(ociArchive(evil, { diffId: diffIds[0] as string }));
    expect(layerBlobs(engine.metadata).get(diffIds[0] as string)).toBeUndefined();
  });

  it('is loaded where its index leads to further ones, for the platform of this machine', async () => {
    const blobs = new Map<string, Buffer>();
    const put = (mediaType: string, bytes: Buffer | object) => {
      const body = Buffer.isBuffer(bytes) ? bytes : Buffer.from(JSON.stringify(bytes));
      const digest = sha256(body);
      blobs.set(`blobs/sha256/${digest.slice(7)}`, body);
      return { mediaType, digest, size: body.length };
    };
    const type = (name: string) => `application/vnd.oci.image.${name}.v1+json`;
    const manifestFor = (architecture: string) => {
      const layer = makeTar([{ path: 'arch', content: architecture }]);
      const rootfs = { type: 'layers', diff_ids: [sha256(layer)] };
      const config = put(type('config'), { architecture, os: 'linux', config: {}, rootfs });
      const layers = [put('application/vnd.oci.image.layer.v1.tar', layer)];
      const manifest = { schemaVersion: 2, mediaType: type('manifest'), config, layers };
      return { ...put(type('manifest'), manifest), platform: { os: 'linux', architecture } };
    };
    const manifests = ['arm64', 'amd64', 's390x'].map(manifestFor);
    const inner = put(type('index'), { schemaVersion: 2, mediaType: type('index'), manifests });
    const middle = put(type('index'), { schemaVersion: 2, mediaType: type('index'), manifests: [inner] });
    const annotations = { 'io.containerd.image.name': 'docker.io/library/many:1' };
    const index = { schemaVersion: 2, mediaType: type('index'), manifests: [{ ...middle, annotations }] };
    const archive = makeTar([
      { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { path: 'index.json', content: JSON.stringify(index) },
      ...[...blobs].map(([path, content]) => ({ path, content })),
    ]);
    writeFileSync(folder.at('many.tar'), archive);
    expect(await load(folder.at('many.tar'))).toEqual(['many:1']);
    const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
    expect(engine.images.resolve('many:1').config.architecture).toBe(own);
  });

  it.each([
    ['no archive at all', Buffer.from('hello'), /invalid tar archive/],
    [
      'a root file system',
      makeTar([{ path: 'bin/sh', content: 'x' }]),
      /neither an index.json nor a manifest.json/,
    ],
    [
      'a list without its files',
      makeTar([{ path: 'manifest.json', content: '[{"Config":"c","Layers":["l"]}]' }]),
      /is missing in it/,
    ],
    ['a list that is none', makeTar([{ path: 'manifest.json', content: '{}' }]), /is not a list/],
    [
      'a blob that is another',
      makeTar([{ path: `blobs/sha256/${'a'.repeat(64)}`, content: 'x' }]),
      /came as/,
    ],
    ['a name that climbs', makeTar([{ path: '../manifest.json', content: '[]' }]), /leads out/],
    [
      'links in a circle',
      makeTar([{ path: 'manifest.json', type: 'symlink', linkPath: 'manifest.json' }]),
      /neither an index/,
    ],
  ])('is refused when it is %s', async (_, bytes, message) => {
    writeFileSync(folder.at('bad.tar'), bytes);
    await expect(load(folder.at('bad.tar'))).rejects.toThrow(message);
    expect(engine.images.list()).toEqual([]);
  });
});

describe('importing', () => {
  it('makes an image of one layer, with a name, a message and changes', async () => {
    writeFileSync(folder.at('rootfs.tgz'), gzipSync(makeTar(layers[0] ?? [])));
    const id = await engine.port.import(createReadStream(folder.at('rootfs.tgz')), {
      reference: 'mine:1',
      message: 'from a test',
      changes: ['CMD ["/bin/sh"]', 'ENV A=1'],
    }).result;
    const image = engine.images.resolve('mine:1');
    expect(image.id).toBe(id);
    expect(image.config.config).toEqual({ Cmd: ['/bin/sh'], Env: ['A=1'] });
    expect(image.config.history?.[0]?.comment).toBe('from a test');
    const path = await save('mine:1');
    await daemon.must('load', '-i', path);
    expect(
      await daemon.must('run', '--rm', '--network', 'none', 'mine:1', '/bin/busybox', 'cat', '/old'),
    ).toBe('old');
  });

  it.each(['xz', 'bzip2'])(
    'keeps what comes as %s plain, since images have no type for it',
    async (program) => {
      const tar = makeTar(layers[0] ?? []);
      const packed = execFileSync(program, ['-1', '-c'], { input: tar, maxBuffer: 1e9 });
      writeFileSync(folder.at('rootfs'), packed);
      await engine.port.import(createReadStream(folder.at('rootfs')), { reference: 'mine:1' }).result;
      const { layers: kept } = await engine.images.manifest(engine.images.resolve('mine:1').id);
      expect(kept).toEqual([
        { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(tar), size: tar.length },
      ]);
    },
  );

  it('refuses a wrong change before it reads, and leaves nothing of what is no tar', async () => {
    let isRead = false;
    const source = (async function* () {
      isRead = true;
      yield Buffer.from('no tar');
    })();
    await expect(engine.port.import(source, { changes: ['RUN x'] }).result).rejects.toThrow(
      'RUN is not a valid change',
    );
    expect(isRead).toBe(false);
    await expect(engine.port.import(source).result).rejects.toMatchObject({ code: 'bad-tar' });
    expect([...engine.snapshots.list()]).toEqual([]);
    expect(engine.images.list()).toEqual([]);
  });
});
