import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeUsage } from '../../../src/core/host/tree-usage.ts';
import { setXattr } from '../../../src/core/host/xattrs.ts';
import { applyLayer } from '../../../src/core/layers/apply-layer.ts';
import { hashLayer, packLayer } from '../../../src/core/layers/diff-layer.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { makeTar, type TarMember } from '../../support/tar-fixture.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gantry-diff-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(dir, name);
  mkdirSync(path);
  return path;
}

async function pack(layerDir: string, compression: 'none' | 'gzip') {
  const packing = packLayer({ layerDir }, { compression });
  const chunks: Uint8Array[] = [];
  for await (const chunk of packing.chunks) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), ...(await packing.result) };
}

async function apply(members: readonly TarMember[], target: string) {
  const bytes = makeTar(members);
  return applyLayer(
    (async function* () {
      yield bytes;
    })(),
    target,
    { whiteouts: 'overlay' },
  );
}

const members: readonly TarMember[] = [
  { path: 'a/', mode: 0o1777 },
  {
    path: 'a/su',
    content: 'x'.repeat(5000),
    mode: 0o4755,
    uid: 70_000,
    gid: 3_000_000,
    xattrs: { 'user.note': 'ä' },
  },
  { path: 'a/zz', type: 'hardlink', linkPath: 'a/su', mode: 0o4755, uid: 70_000, gid: 3_000_000 },
  { path: 'a/link', type: 'symlink', linkPath: '../../../etc' },
  { path: 'a/null', type: 'character', deviceMajor: 1, deviceMinor: 3, mode: 0o666 },
  { path: 'a/pipe', type: 'fifo', mode: 0o600 },
  { path: `deep/${'n'.repeat(140)}/häß`, content: 'long name' },
  { path: '.wh.gone' },
  { path: 'a/.wh.sub' },
  { path: 'deep/.wh..wh..opq' },
];

describe('the diff of a layer', () => {
  it('survives the way through a tar and back', async () => {
    const [first, second] = [folder('first'), folder('second')];
    await apply(members, first);
    const packed = await pack(first, 'none');
    await applyLayer(
      (async function* () {
        yield packed.bytes;
      })(),
      second,
      { whiteouts: 'overlay' },
    );
    const again = await pack(second, 'none');
    expect(again.diffId).toBe(packed.diffId);
    expect(again.bytes.equals(packed.bytes)).toBe(true);
  });

  it('is the same whether kept, compressed or only hashed', async () => {
    const layer = folder('layer');
    await apply(members, layer);
    writeFileSync(join(layer, 'big'), Buffer.alloc(5_000_000, 'some text that is compressible'));
    const plain = await pack(layer, 'none');
    const packed = await pack(layer, 'gzip');
    expect(plain.diffId).toBe(sha256(plain.bytes));
    const usage = await treeUsage(layer);
    expect(await hashLayer(layer)).toEqual({ diffId: plain.diffId, tarBytes: plain.bytes.length, usage });
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
    expect((await pack(layer, 'gzip')).bytes.equals(packed.bytes)).toBe(true);
  });

  it('says as whiteouts what overlayfs says as devices and attributes', async () => {
    const layer = folder('layer');
    mkdirSync(join(layer, 'd'));
    setXattr(join(layer, 'd'), 'trusted.overlay.opaque', 'y');
    setXattr(join(layer, 'd'), 'trusted.overlay.impure', 'y');
    execFileSync('mknod', [join(layer, 'gone'), 'c', '0', '0']);
    writeFileSync(join(dir, 'x.tar'), (await pack(layer, 'none')).bytes);
    const listed = execFileSync('tar', ['-tf', join(dir, 'x.tar')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed).toEqual(['d/', 'd/.wh..wh..opq', '.wh.gone']);
  });

  it('is what the kernel sees: what a mounted overlay changed comes out in another', async () => {
    const [lower, upper, work, merged] = [folder('lower'), folder('upper'), folder('work'), folder('merged')];
    execFileSync('sh', ['-c', 'mkdir -p d/sub; echo 1 > d/x; echo 2 > d/sub/y; echo 3 > gone'], {
      cwd: lower,
    });
    const script = `mount -t overlay overlay -o lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=off,metacopy=off ${merged}
      cd ${merged}; rm -r gone d/sub; mkdir d/sub; echo new > d/sub/z; echo changed > d/x; cd /; umount ${merged}`;
    execFileSync('unshare', ['-m', 'sh', '-ec', script]);
    const packed = await pack(upper, 'gzip');
    await applyLayer(
      (async function* () {
        yield packed.bytes;
      })(),
      lower,
      { whiteouts: 'delete' },
    );
    const seen = execFileSync('sh', ['-c', 'find . -type f | sort | xargs -n1 grep -H ""'], {
      cwd: lower,
      encoding: 'utf8',
    });
    expect(seen.trim().split('\n')).toEqual(['./d/sub/z:new', './d/x:changed']);
  });

  it('is found between two whole trees as well, where there is no overlayfs', async () => {
    const base = folder('base');
    execFileSync(
      'sh',
      [
        '-c',
        'mkdir -p d/sub e; echo 1 > d/x; echo 2 > d/sub/y; echo 3 > gone; echo 4 > e/same; mkdir f; ln -s a l',
      ],
      { cwd: base },
    );
    const tree = join(dir, 'tree');
    execFileSync('cp', ['-a', base, tree]);
    execFileSync('sh', ['-c', 'rm -r gone d/sub l; echo longer > d/x; mkdir l; echo z > l/z; chmod 700 f'], {
      cwd: tree,
    });
    const packing = packLayer({ layerDir: tree, baseDir: base }, { compression: 'none' });
    const chunks: Uint8Array[] = [];
    for await (const chunk of packing.chunks) chunks.push(chunk);
    const { diffId } = await packing.result;
    expect(await hashLayer({ layerDir: tree, baseDir: base })).toMatchObject({ diffId });
    writeFileSync(join(dir, 'x.tar'), Buffer.concat(chunks));
    const listed = execFileSync('tar', ['-tf', join(dir, 'x.tar')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed).toEqual(['d/', 'd/.wh.sub', 'd/x', 'f/', '.wh.gone', 'l/', 'l/z']);
    await applyLayer({ path: join(dir, 'x.tar') }, base, { whiteouts: 'delete' });
    expect(execFileSync('diff', ['-r', base, tree], { encoding: 'utf8' })).toBe('');
  });

  it('refuses what it could only tell wrongly', async () => {
    const layer = folder('layer');
    writeFileSync(join(layer, '.wh.mine'), '');
    await expect(hashLayer(layer)).rejects.toMatchObject({ code: 'bad-layer' });
    rmSync(join(layer, '.wh.mine'));
    mkdirSync(join(layer, 'd'));
    setXattr(join(layer, 'd'), 'trusted.overlay.redirect', '/x');
    await expect(hashLayer(layer)).rejects.toMatchObject({ code: 'bad-layer' });
  });

  it('follows no symbolic link', async () => {
    const layer = folder('layer');
    symlinkSync('/etc', join(layer, 'etc'));
    execFileSync('touch', ['-h', '-d', '@1000', join(layer, 'etc')]);
    expect((await hashLayer(layer)).tarBytes).toBe(512 * 3);
  });

  it('stops when its reader leaves or cancels', async () => {
    const layer = folder('layer');
    writeFileSync(join(layer, 'big'), Buffer.alloc(30_000_000, 1));
    const left = packLayer({ layerDir: layer }, { compression: 'none' });
    for await (const _ of left.chunks) break;
    await expect(left.result).rejects.toMatchObject({ kind: 'cancelled' });
    const controller = new AbortController();
    controller.abort();
    await expect(hashLayer(layer, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not depend on the order in which files were made', async () => {
    const names = fc.uniqueArray(
      fc.stringMatching(/^[a-c._-]{1,4}$/).filter((it) => !/^\.{1,2}$|^\.wh\./.test(it)),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(names, async (list) => {
        const ids = new Set<string>();
        for (const order of [list, list.toReversed()]) {
          const layer = mkdtempSync(join(dir, 'o-'));
          for (const name of order) writeFileSync(join(layer, name), name);
          execFileSync('find', [layer, '-exec', 'touch', '-d', '@1000', '{}', '+']);
          ids.add((await hashLayer(layer)).diffId);
        }
        expect(ids.size).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});
