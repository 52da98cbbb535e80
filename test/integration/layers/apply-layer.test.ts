import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getXattr } from '../../../src/core/host/xattrs.ts';
import { applyLayer } from '../../../src/core/layers/apply-layer.ts';
import type { ApplyOptions } from '../../../src/core/layers/layer-io.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { makeTar, type TarMember } from '../../support/tar-fixture.ts';

let dir: string;
let target: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gantry-layer-'));
  target = join(dir, 'target');
  mkdirSync(target);
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const overlay: ApplyOptions = { whiteouts: 'overlay' };

async function apply(members: readonly TarMember[], options = overlay) {
  return applyBytes(makeTar(members), options);
}

async function applyBytes(bytes: Uint8Array, options = overlay) {
  const path = join(dir, 'layer');
  writeFileSync(path, bytes);
  return applyLayer({ path }, target, options);
}

function at(path: string): string {
  return join(target, path);
}

/** Everything below a folder as `name → kind`, without following links. */
function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

describe('applying a layer', () => {
  const tar = makeTar([
    { path: './' },
    { path: 'bin/', mode: 0o1777, mtimeSeconds: 1000 },
    {
      path: 'bin/su',
      content: 'hello',
      mode: 0o4755,
      uid: 7,
      gid: 8,
      xattrs: {
        'user.note': 'x',
        'security.capability':
          '\u0001\u0000\u0000\u0002\u0000\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000',
      },
    },
    { path: 'bin/also', type: 'hardlink', linkPath: '/bin/su', mode: 0o4755, uid: 7, gid: 8 },
    { path: 'bin/out', type: 'symlink', linkPath: '/etc/passwd', uid: 7, gid: 8 },
    { path: 'dev/null', type: 'character', deviceMajor: 1, deviceMinor: 3, mode: 0o666 },
    { path: 'dev/pipe', type: 'fifo', mode: 0o600 },
    { path: 'häß/日本', content: 'names' },
  ]);

  it.each([
    ['plain', tar],
    ['gzip', gzipSync(tar)],
    ['gzip in two members', Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])],
    ['zstd', zstdCompressSync(tar)],
    ['xz', execFileSync('xz', ['-c'], { input: tar })],
    ['bzip2', execFileSync('bzip2', ['-c'], { input: tar })],
    [
      'zstd in two frames',
      Buffer.concat([zstdCompressSync(tar.subarray(0, 700)), zstdCompressSync(tar.subarray(700))]),
    ],
  ])('gives files, owners, modes, attributes, links, devices and times (%s)', async (_, bytes) => {
    const applied = await applyBytes(bytes);
    expect(applied).toMatchObject({ diffId: sha256(tar), digest: sha256(bytes), entries: 8, sizeBytes: 10 });
    const su = lstatSync(at('bin/su'));
    expect([su.mode & 0o7777, su.uid, su.gid, su.nlink, su.mtimeMs]).toEqual([
      0o4755, 7, 8, 2, 1_700_000_000_000,
    ]);
    expect(Buffer.from(getXattr(at('bin/su'), 'user.note') ?? []).toString()).toBe('x');
    expect(getXattr(at('bin/su'), 'security.capability')?.length).toBe(20);
    expect(readlinkSync(at('bin/out'))).toBe('/etc/passwd');
    expect(lstatSync(at('bin/out'))).toMatchObject({ uid: 7, gid: 8 });
    expect(lstatSync(at('dev/null')).rdev).toBe(0x103);
    expect(lstatSync(at('dev/pipe')).isFIFO()).toBe(true);
    expect(statSync(at('bin'))).toMatchObject({ mtimeMs: 1_000_000 });
    expect(statSync(at('bin')).mode & 0o7777).toBe(0o1777);
    expect(readFileSync(at('häß/日本'), 'utf8')).toBe('names');
  });

  it('takes a stream, tells its progress and keeps names that are no UTF-8', async () => {
    const bytes = gzipSync(makeTar([{ path: 'x', content: 'a'.repeat(100_000) }]));
    const seen: number[] = [];
    const source = (async function* () {
      for (let start = 0; start < bytes.length; start += 10) yield bytes.subarray(start, start + 10);
    })();
    const applied = await applyLayer(source, target, { ...overlay, onProgress: (done) => seen.push(done) });
    expect(applied.digest).toBe(sha256(bytes));
    expect(seen.at(-1)).toBe(bytes.length);
  });

  it("replaces what is there, but keeps a folder's children", async () => {
    await apply([
      { path: 'd/keep', content: '1' },
      { path: 'f', content: 'old' },
      { path: 'tree/deep/x', content: '1' },
      { path: 'l', type: 'symlink', linkPath: 'd' },
      { path: 'd/', mode: 0o700 },
      { path: 'f/', mode: 0o755 },
      { path: 'tree', content: 'now a file' },
      { path: 'l/', mode: 0o755 },
    ]);
    expect(tree(target)).toEqual(['d', 'd/keep', 'f', 'l', 'tree']);
    expect(statSync(at('d')).mode & 0o777).toBe(0o700);
    expect(lstatSync(at('l')).isDirectory()).toBe(true);
    expect(readFileSync(at('tree'), 'utf8')).toBe('now a file');
  });

  it('gives folders without an entry what the layers below say of them', async () => {
    const lower = join(dir, 'lower');
    mkdirSync(join(lower, 'tmp'), { recursive: true });
    execFileSync('chmod', ['1777', join(lower, 'tmp')]);
    await apply([{ path: 'tmp/x/y', content: '' }], { ...overlay, lowerDirs: [lower] });
    expect(statSync(at('tmp')).mode & 0o7777).toBe(0o1777);
    expect(statSync(at('tmp/x')).mode & 0o7777).toBe(0o755);
  });
});

describe('whiteouts', () => {
  const isDeleted = (path: string): boolean =>
    lstatSync(at(path)).isCharacterDevice() && lstatSync(at(path)).rdev === 0;
  const isOpaque = (path: string): boolean =>
    Buffer.from(getXattr(at(path), 'trusted.overlay.opaque') ?? []).toString() === 'y';

  it('become devices and attributes for overlayfs, wherever they stand', async () => {
    await apply([
      { path: 'a/new', content: '1' },
      { path: 'a/.wh..wh..opq' },
      { path: '.wh.gone' },
      { path: 'deep/.wh.b' },
      { path: '.wh.dir' },
      { path: 'dir/', mode: 0o755 },
      { path: 'both', content: 'kept' },
      { path: '.wh.both' },
      { path: '.wh.again' },
      { path: 'again', content: 'kept' },
      { path: '.wh..wh.aufs' },
      { path: '.wh..wh.plnk/1.2', content: '' },
    ]);
    expect(isOpaque('a')).toBe(true);
    expect(isDeleted('gone')).toBe(true);
    expect(isDeleted('deep/b')).toBe(true);
    expect(lstatSync(at('dir')).isDirectory() && isOpaque('dir')).toBe(true);
    expect(readFileSync(at('both'), 'utf8')).toBe('kept');
    expect(readFileSync(at('again'), 'utf8')).toBe('kept');
    expect(tree(target).filter((name) => name.includes('.wh.'))).toEqual([]);
  });

  it("remove what they name where layers are merged in one folder, and spare this layer's own files", async () => {
    mkdirSync(at('a/lower'), { recursive: true });
    for (const path of ['a/old', 'a/lower/x', 'gone', 'both']) writeFileSync(at(path), '');
    await apply(
      [
        { path: 'a/new', content: '1' },
        { path: 'a/lower/mine', content: '1' },
        { path: 'a/.wh..wh..opq' },
        { path: '.wh.gone' },
        { path: '.wh.missing' },
        { path: 'no/.wh.where' },
        { path: 'both', content: 'kept' },
        { path: '.wh.both' },
      ],
      { whiteouts: 'delete' },
    );
    expect(tree(target)).toEqual(['a', 'a/lower', 'a/lower/mine', 'a/new', 'both']);
  });

  it.each(['.wh.', '.wh..', '.wh...', '.wh.a/b'])('that mean nothing are refused: %s', async (path) => {
    await expect(apply([{ path }])).rejects.toMatchObject({ kind: 'corrupt', code: 'bad-layer' });
  });
});

describe('a hostile layer', () => {
  let outside: string;

  beforeEach(() => {
    outside = join(dir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
  });

  const untouched = (): void => {
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(lstatSync(join(outside, 'secret'))).toMatchObject({ nlink: 1, uid: 0 });
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(existsSync('/gantry-escaped')).toBe(false);
  };

  it.each([
    ['a path with ..', [{ path: '../outside/x', content: '' }]],
    ['a path with .. inside', [{ path: 'a/../../outside/x', content: '' }]],
    ['a hard link with ..', [{ path: 'h', type: 'hardlink' as const, linkPath: '../outside/secret' }]],
    ['a hard link to an absolute path', [{ path: 'h', type: 'hardlink' as const, linkPath: '/etc/passwd' }]],
    ['a hard link to itself', [{ path: 'h', type: 'hardlink' as const, linkPath: 'h' }]],
    ['a name with NUL', [{ path: 'ä\0b', content: '' }]],
    ['a name beyond the limit', [{ path: `${'d/'.repeat(2100)}x`, content: '' }]],
    ['a deep name', [{ path: `${'d/'.repeat(600)}x`, content: '' }]],
    [
      'a file below a file',
      [
        { path: 'f', content: '' },
        { path: 'f/x', content: '' },
      ],
    ],
  ])('is refused: %s', async (_, members) => {
    await expect(apply(members)).rejects.toMatchObject({ kind: 'corrupt' });
    untouched();
  });

  it.each([
    ['an absolute link', '/outside'],
    ['the real path', 'OUTSIDE'],
    ['a climbing link', '../../../../../../../../tmp'],
    ['a link to the root', '/'],
    ['a magic link', '/proc/self/cwd'],
  ])('cannot write through a symbolic link: %s', async (_, link) => {
    const linkPath = link === 'OUTSIDE' ? outside : link;
    const members: TarMember[] = [
      { path: 'l', type: 'symlink', linkPath },
      { path: 'l/secret', content: 'overwritten' },
      { path: 'l/gantry-escaped', content: 'x' },
      { path: 'l/.wh.secret' },
      { path: 'l/.wh..wh..opq' },
      { path: 'h', type: 'hardlink', linkPath: 'l/secret' },
      { path: 'l/secret', type: 'directory', mode: 0o777 },
    ];
    await apply(members, { whiteouts: 'delete' }).catch((error: unknown) => {
      expect(error).toMatchObject({ kind: 'corrupt' });
    });
    untouched();
  });

  it('cannot use links that lie in the folder already', async () => {
    symlinkSync(outside, at('l'));
    await apply([{ path: 'l/secret', content: 'overwritten' }]).catch(() => undefined);
    untouched();
  });

  it('cannot bring attributes of overlayfs itself', async () => {
    await apply([
      { path: 'd/', xattrs: { 'trusted.overlay.redirect': '/x', 'trusted.overlay.opaque': 'y' } },
    ]);
    expect(getXattr(at('d'), 'trusted.overlay.redirect')).toBeUndefined();
    expect(getXattr(at('d'), 'trusted.overlay.opaque')).toBeUndefined();
  });

  it.each([
    ['entries', { entries: 2 }, [{ path: 'a' }, { path: 'b' }, { path: 'c' }]],
    ['folders, described or not', { folders: 10 }, [{ path: 'a/a/a/a/a/a/a/a/a/a/a/a' }]],
    ['bytes', { unpackedBytes: 3000 }, [{ path: 'a', content: 'x'.repeat(4000) }]],
  ])('meets the limit of %s', async (_, limits, members) => {
    await expect(apply(members, { ...overlay, limits })).rejects.toMatchObject({ code: 'layer-limit' });
  });

  it('that is a decompression bomb is stopped by its ratio', async () => {
    const bomb = zstdCompressSync(makeTar([{ path: 'zeros', content: Buffer.alloc(80 * 1024 * 1024) }]));
    await expect(applyBytes(bomb)).rejects.toMatchObject({ code: 'layer-limit' });
  });

  it('made of any mixture of names and links never reaches a file outside', async () => {
    const piece = fc.constantFrom('a', 'b', 'c', '..', '.', '', 'outside', 'secret', '.wh.a', '.wh..wh..opq');
    const path = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const link = fc.oneof(
      path,
      fc.constantFrom('/', '..', '/proc/self/root', '../outside', '../outside/secret'),
    );
    const type = fc.constantFrom(
      'file' as const,
      'directory' as const,
      'symlink' as const,
      'hardlink' as const,
    );
    const member = fc
      .record({ path, linkPath: link, type })
      .map((it) => ({ ...it, content: it.type === 'file' ? 'x' : '' }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 2, maxLength: 12 }),
        fc.boolean(),
        async (members, merge) => {
          rmSync(target, { recursive: true, force: true });
          mkdirSync(target);
          await apply(members, { whiteouts: merge ? 'delete' : 'overlay' }).catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'GantryError' });
          });
          untouched();
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a layer that breaks off', () => {
  const tar = makeTar([{ path: 'x', content: Buffer.alloc(300_000, 'abcdefg') }]);

  it.each([
    ['cut gzip', gzipSync(tar).subarray(0, 200), 'bad-compression'],
    [
      'damaged gzip',
      Buffer.concat([gzipSync(tar).subarray(0, 30), Buffer.alloc(300, 0xff)]),
      'bad-compression',
    ],
    ['cut tar', tar.subarray(0, 2000), 'bad-tar'],
    ['text', Buffer.from('hello world'.repeat(100)), 'bad-tar'],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), 'bad-compression'],
  ])('is told as what it is: %s', async (_, bytes, code) => {
    await expect(applyBytes(bytes)).rejects.toMatchObject({ code });
  });

  it('rejects with the error of its source', async () => {
    const source = (async function* () {
      yield tar.subarray(0, 1000);
      throw new Error('connection lost');
    })();
    await expect(applyLayer(source, target, overlay)).rejects.toThrow('connection lost');
  });

  it('stops at once when cancelled, also while its source stalls', async () => {
    const controller = new AbortController();
    const stalled = Promise.withResolvers<void>();
    const source = (async function* () {
      yield tar.subarray(0, 1000);
      stalled.resolve();
      await new Promise(() => undefined);
    })();
    const applying = applyLayer(source, target, { ...overlay, signal: controller.signal });
    await stalled.promise;
    controller.abort();
    await expect(applying).rejects.toMatchObject({ name: 'AbortError' });
  });
});
