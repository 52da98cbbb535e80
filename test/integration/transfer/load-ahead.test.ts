import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveBytes } from '../../../src/engine/images.ts';
import { parseDiffId, shortId } from '../../../src/oci/digest.ts';
import { chainIds, sha256 } from '../../../src/oci/sha256.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let engine: TestEngine;
let folder: TempFolder;
beforeEach(() => {
  engine = testEngine();
  folder = tempFolder();
});
afterEach(() => {
  engine[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const base = makeTar([
  { path: 'etc/', mode: 0o755 },
  { path: 'etc/old', content: 'old' },
  { path: 'big', content: Buffer.alloc(6 * 1024 ** 2, 'x') },
]);
const top = makeTar([{ path: 'etc/.wh.old' }, { path: 'etc/new', content: 'new' }]);

interface Parts {
  /** Files of the archive in order; the list of images is put last. */
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  readonly diffIds: readonly string[];
}

const inOrder: Parts = {
  files: [
    { path: 'a.tar', content: base },
    { path: 'b.tar', content: top },
  ],
  diffIds: [sha256(base), sha256(top)],
};

function archiveOf({ files, diffIds }: Parts, layers = ['a.tar', 'b.tar']): Buffer {
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const list = JSON.stringify([{ Config: 'image.json', RepoTags: ['ahead:1'], Layers: layers }]);
  return makeTar([
    ...files,
    { path: 'image.json', content: config },
    { path: 'manifest.json', content: list },
  ]);
}

/** Comes in pieces; before the last of them it waits for `held`. */
function fileArchive(
  bytes: Buffer,
  held: Promise<unknown> = Promise.resolve(),
  planned = bytes,
): ArchiveBytes {
  const file = folder.at('archive.tar');
  writeFileSync(file, planned);
  return {
    file,
    async *[Symbol.asyncIterator]() {
      const tail = bytes.length - 3 * 1024;
      for (let at = 0; at < tail; at += 100_000) yield bytes.subarray(at, Math.min(tail, at + 100_000));
      await held;
      yield bytes.subarray(tail);
    },
  };
}

function expectWhole(): void {
  const { diffIds } = engine.images.resolve('ahead:1');
  const chain = chainIds(diffIds);
  expect(chain.map((key) => engine.snapshots.has(key))).toEqual(diffIds.map(() => true));
  const [bottom, above] = chain.map((key) => engine.snapshots.layerDir(key));
  expect(readFileSync(`${bottom}/etc/old`, 'utf8')).toBe('old');
  expect(readFileSync(`${above}/etc/new`, 'utf8')).toBe('new');
}

function keysOfSnapshots(): readonly string[] {
  return [...engine.snapshots.list()].map(({ key }) => key);
}

describe('an archive that is a file', () => {
  it('has its layers unpacked while it is still being read', async () => {
    const unpacked = Promise.withResolvers<void>();
    const load = engine.port.load(fileArchive(archiveOf(inOrder), unpacked.promise));
    const done = new Set<string>();
    for await (const event of load) {
      if (event.kind === 'layer' && event.phase === 'done') done.add(event.layer);
      // Without that the archive would never end.
      if (done.has(shortId(parseDiffId(sha256(base))))) unpacked.resolve();
    }
    expect(await load.result).toEqual(['ahead:1']);
    expectWhole();
  });

  it('may have them in any order, packed, or behind links', async () => {
    const files = [
      { path: 'x/b.tar', content: gzipSync(top) },
      { path: 'x/a.tar', content: gzipSync(base) },
      { path: 'y/a.tar', type: 'symlink' as const, linkPath: '../x/a.tar', content: new Uint8Array() },
    ];
    const archive = archiveOf({ files, diffIds: inOrder.diffIds }, ['y/a.tar', 'x/b.tar']);
    expect(await engine.port.load(fileArchive(archive)).result).toEqual(['ahead:1']);
    expectWhole();
  });

  it('that changes between the look at its index and its reading is believed as it is read', async () => {
    const other = makeTar([{ path: 'etc/other', content: Buffer.alloc(3000, 'o') }]);
    const planned = archiveOf({
      files: [
        { path: 'a.tar', content: other },
        { path: 'b.tar', content: base },
      ],
      diffIds: [sha256(other), sha256(base)],
    });
    expect(await engine.port.load(fileArchive(archiveOf(inOrder), undefined, planned)).result).toEqual([
      'ahead:1',
    ]);
    expectWhole();
    expect(keysOfSnapshots().length).toBe(2);
  });

  it('whose layer is not what its config says is refused, and nothing of it stays', async () => {
    const archive = archiveOf({ ...inOrder, diffIds: [sha256(base), sha256('something else')] });
    await expect(engine.port.load(fileArchive(archive)).result).rejects.toMatchObject({
      code: 'diff-id-mismatch',
    });
    expect(keysOfSnapshots()).toEqual([]);
    expect(
      readdirSync(engine.dirs.content).flatMap((name) => readdirSync(`${engine.dirs.content}/${name}`)),
    ).toEqual(['sha256']);
  });

  it('that ends in the middle of a layer is refused, and nothing of it stays', async () => {
    const whole = archiveOf(inOrder);
    const cut = whole.subarray(0, 2 * 1024 ** 2);
    await expect(engine.port.load(fileArchive(cut, undefined, whole)).result).rejects.toMatchObject({
      code: 'bad-tar',
    });
    expect(keysOfSnapshots()).toEqual([]);
  });

  it('of which a layer is unpacked when the load is cancelled leaves nothing of it', async () => {
    const stop = new AbortController();
    const cancelled = new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    const load = engine.port.load(fileArchive(archiveOf(inOrder), cancelled), { signal: stop.signal });
    const ended = expect(load.result).rejects.toMatchObject({ kind: 'cancelled' });
    for await (const event of load) if (event.kind === 'layer' && event.phase === 'done') stop.abort();
    await ended;
    expect(keysOfSnapshots()).toEqual([]);
  });

  it('may name one layer forty times', async () => {
    const names = Array.from({ length: 40 }, () => 'a.tar');
    const archive = archiveOf(
      { files: inOrder.files, diffIds: names.map(() => sha256(top)) },
      names.fill('b.tar'),
    );
    await engine.port.load(fileArchive(archive)).result;
    expect(engine.images.resolve('ahead:1').diffIds.length).toBe(40);
  });
});
