import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CopyEnd } from '../../../src/engine/container-files.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { mustRun } from '../../support/run-program.ts';
import { makeTar } from '../../support/tar-fixture.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const inside = (id: string, path: string): CopyEnd => ({ kind: 'container', id, path });

let folders = 0;
/** A folder of this machine for one test. */
function folder(): { readonly path: string; at(name: string): CopyEnd } {
  const name = `copy-${folders++}`;
  mkdirSync(stand.root.at(name), { recursive: true });
  return {
    path: stand.root.at(name),
    at: (file) => ({ kind: 'local', path: `${stand.root.at(name)}/${file}` }),
  };
}

async function created(spec: Parameters<ContainerStand['up']>[0] = {}): Promise<string> {
  return (await stand.containers.create({ image: 'busybox', ...spec })).id;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function tarNames(id: string, path: string): Promise<readonly string[]> {
  const file = `${folder().path}/archive.tar`;
  writeFileSync(file, await readAll(stand.containers.readArchive(id, path)));
  return (await mustRun(['tar', '-tf', file])).trim().split('\n');
}

async function* bytes(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe.each(['a running container', 'one that never ran'])('cp with %s', (which) => {
  const container = (spec: Parameters<ContainerStand['up']>[0] = {}) =>
    which === 'a running container' ? stand.up(spec) : created(spec);

  test('brings a file and a tree in and out again, with owners in and without them out', async () => {
    const id = await container();
    const { path, at } = folder();
    mkdirSync(`${path}/tree/sub`, { recursive: true });
    writeFileSync(`${path}/tree/sub/file`, 'content');
    chownSync(`${path}/tree/sub/file`, 33, 44);
    chmodSync(`${path}/tree/sub/file`, 0o4751);
    utimesSync(`${path}/tree/sub/file`, 1e9 + 0.25, 1e9 + 0.25);
    linkSync(`${path}/tree/sub/file`, `${path}/tree/twin`);
    symlinkSync('/etc/passwd', `${path}/tree/link`);
    writeFileSync(`${path}/tree/Grüße \n`, '');

    const report = await stand.containers.copy(at('tree'), inside(id, '/opt'));
    expect(report).toEqual({ entries: 6, bytes: 7, skipped: 0 });
    await stand.containers.copy(inside(id, '/opt'), at('back'));
    await stand.containers.copy(inside(id, '/opt'), at('kept'), { keepOwners: true });

    for (const back of ['back', 'kept']) {
      expect(readFileSync(`${path}/${back}/sub/file`, 'utf8')).toBe('content');
      expect(readlinkSync(`${path}/${back}/link`)).toBe('/etc/passwd');
      expect(readdirSync(`${path}/${back}`)).toEqual(readdirSync(`${path}/tree`));
      const { mtimeMs, ino } = statSync(`${path}/${back}/sub/file`);
      expect({ mtimeMs, ino }).toEqual({
        mtimeMs: 1e12 + 250,
        ino: statSync(`${path}/${back}/twin`).ino,
      });
    }
    const { uid, gid, mode } = statSync(`${path}/back/sub/file`);
    expect([uid, gid, mode & 0o7777]).toEqual([0, 0, 0o751]);
    const kept = statSync(`${path}/kept/sub/file`);
    expect([kept.uid, kept.gid, kept.mode & 0o7777]).toEqual([33, 44, 0o4751]);
  });

  test('follows the table of destinations', async () => {
    const id = await container();
    const { path, at } = folder();
    mkdirSync(`${path}/dir`);
    writeFileSync(`${path}/dir/inner`, 'inner');
    writeFileSync(`${path}/file`, 'file');
    const copy = (from: string, to: string) => stand.containers.copy(at(from), inside(id, to));
    const names = () => tarNames(id, '/w/.');
    await stand.containers.copy(at('dir'), inside(id, '/w'));

    await copy('file', '/w/new');
    await copy('file', '/w');
    await expect(copy('file', '/w/none/')).rejects.toThrow('no such directory');
    await expect(copy('file', '/none/x')).rejects.toThrow('no such directory');
    await copy('dir/inner', '/w/file');
    await expect(copy('dir', '/w/file')).rejects.toThrow('cannot copy directory');
    await copy('dir', '/w/d');
    await copy('dir', '/w/d');
    await copy('dir/.', '/w/e');
    await copy('dir/.', '/w/e');
    expect(await names()).toEqual([
      './',
      './d/',
      './d/dir/',
      './d/dir/inner',
      './d/inner',
      './e/',
      './e/inner',
      './file',
      './inner',
      './new',
    ]);
    const back = await readAll(stand.containers.readArchive(id, '/w/file'));
    expect(back.includes('inner')).toBe(true);
    await expect(stand.containers.copy(inside(id, '/w/nope'), at('x'))).rejects.toThrow(
      /^Could not find the file \/w\/nope in container /,
    );
    await expect(stand.containers.copy(inside(id, '/w/file/'), at('x'))).rejects.toThrow('not a directory');
    await expect(copy('missing', '/w')).rejects.toThrow('no such file or directory');
    await expect(stand.containers.copy(inside(id, '/w'), at('none/x'))).rejects.toThrow('no such directory');
    await expect(stand.containers.copy(inside(id, '/w'), inside(id, '/w/d'))).rejects.toThrow('into itself');
  });

  test('never goes through a link of the container to the machine', async () => {
    const id = await container();
    const { path, at } = folder();
    const secret = stand.root.at('secret');
    writeFileSync(secret, 'of the machine');
    symlinkSync(stand.root.path, `${path}/escape`);
    symlinkSync('../../../../../../..', `${path}/up`);
    mkdirSync(`${path}/links`);
    for (const link of ['escape', 'up']) await stand.containers.copy(at(link), inside(id, `/${link}`));

    for (const way of [
      `/escape/../secret`,
      `/up${secret}`,
      `/proc/self/root${secret}`,
      `/proc/1/root${secret}`,
    ]) {
      await expect(
        stand.containers.copy(inside(id, way), at('got'), { followLinks: true }),
      ).rejects.toThrow();
      expect(existsSync(`${path}/got`)).toBe(false);
    }
    writeFileSync(`${path}/evil`, 'evil');
    await expect(stand.containers.copy(at('evil'), inside(id, '/escape/evil'))).rejects.toThrow();
    await stand.containers.copy(at('evil'), inside(id, '/up/evil'));
    expect(existsSync(`${stand.root.path}/evil`)).toBe(false);
    expect(existsSync('/evil')).toBe(false);
    expect(await tarNames(id, '/evil')).toEqual(['evil']);
    await stand.containers.copy(inside(id, '/escape'), at('taken'));
    expect(lstatSync(`${path}/taken`).isSymbolicLink()).toBe(true);
    await stand.containers.copy(inside(id, '/up/etc/passwd'), at('passwd'), { followLinks: true });
    expect(readFileSync(`${path}/passwd`, 'utf8')).not.toBe(readFileSync('/etc/passwd', 'utf8'));
  });

  test('never writes through a link that an earlier copy laid on the machine', async () => {
    const { path, at } = folder();
    const victim = folder();
    writeFileSync(`${victim.path}/file`, 'mine');
    const links = folder();
    const lay = (name: string, to: string) => symlinkSync(to, `${links.path}/${name}`);
    lay('file', `${victim.path}/file`);
    lay('none', `${victim.path}/none`);
    lay('folder', victim.path);
    mkdirSync(`${links.path}/tree/sub`, { recursive: true });
    lay('tree/x', `${victim.path}/file`);
    lay('tree/y', victim.path);
    mkdirSync(`${links.path}/files/tree/y`, { recursive: true });
    for (const name of ['file', 'none', 'tree/x', 'tree/sub/z', 'tree/y/file']) {
      mkdirSync(`${links.path}/files/${name.replace(/[^/]*$/, '')}`, { recursive: true });
      writeFileSync(`${links.path}/files/${name}`, 'theirs');
    }
    const id = await container();
    await stand.containers.copy(links.at('.'), inside(id, '/opt'));

    for (const _ of ['once', 'twice']) {
      for (const name of ['file', 'none', 'folder']) {
        await stand.containers.copy(inside(id, `/opt/${name}`), at(name));
        expect(readlinkSync(`${path}/${name}`)).toBe(readlinkSync(`${links.path}/${name}`));
      }
      await stand.containers.copy(inside(id, '/opt/tree/.'), at('tree'));
      expect(readlinkSync(`${path}/tree/x`)).toBe(`${victim.path}/file`);
    }
    await expect(stand.containers.copy(inside(id, '/opt/files/file'), at('folder'))).rejects.toMatchObject({
      code: 'link-in-the-way',
    });
    await expect(stand.containers.copy(inside(id, '/opt/files'), at('none'))).rejects.toThrow(
      'is a symbolic link',
    );
    await expect(stand.containers.copy(inside(id, '/opt/files/tree/.'), at('tree'))).rejects.toThrow(
      'cannot overwrite non-directory',
    );
    for (const name of ['file', 'none']) {
      await stand.containers.copy(inside(id, `/opt/files/${name}`), at(name));
      expect(lstatSync(`${path}/${name}`).isFile()).toBe(true);
    }
    expect(readdirSync(victim.path)).toEqual(['file']);
    expect(readFileSync(`${victim.path}/file`, 'utf8')).toBe('mine');
    // Who ends it in a slash means the folder.
    await stand.containers.copy(inside(id, '/opt/files/file'), at('folder/'));
    expect(readFileSync(`${victim.path}/file`, 'utf8')).toBe('theirs');
  });

  test('sees volumes and binds, and keeps to what is read-only', async () => {
    const shared = folder();
    writeFileSync(`${shared.path}/seen`, 'of the bind');
    const mount = { readOnly: false, target: '/data' } as const;
    const id = await container({
      mounts: [
        { ...mount, type: 'volume', name: 'data', noCopy: false },
        { type: 'bind', source: shared.path, target: '/data/shared', readOnly: true, createSource: false },
      ],
      readOnlyRootfs: true,
    });
    const { path, at } = folder();
    writeFileSync(`${path}/f`, 'x');
    await stand.containers.copy(at('f'), inside(id, '/data/f'));
    expect(
      (
        await stand.run(['cat', '/data/f'], {
          mounts: [{ ...mount, type: 'volume', name: 'data', noCopy: true }],
        })
      ).stdout,
    ).toBe('x');
    await stand.containers.copy(inside(id, '/data/shared/seen'), at('seen'));
    expect(readFileSync(`${path}/seen`, 'utf8')).toBe('of the bind');
    await expect(stand.containers.copy(at('f'), inside(id, '/data/shared/f'))).rejects.toThrow(
      'mounted volume is marked read-only',
    );
    await expect(stand.containers.copy(at('f'), inside(id, '/f'))).rejects.toThrow(
      'container rootfs is marked read-only',
    );
  });

  test('takes a tar, plain or compressed, and follows links inside as the container would', async () => {
    const id = await container();
    const { path, at } = folder();
    symlinkSync('/usr/lib', `${path}/lib`);
    mkdirSync(`${path}/usr/lib`, { recursive: true });
    await stand.containers.copy(at('lib'), inside(id, '/lib'));
    await stand.containers.copy(at('usr/lib'), inside(id, '/usr'));
    const tar = makeTar([
      { path: 'lib/x.so', content: 'library' },
      { path: 'new/deep/file', content: 'deep' },
    ]);
    await stand.containers.writeArchive(id, '/', bytes(tar));
    expect(await tarNames(id, '/usr/lib')).toEqual(['lib/', 'lib/x.so']);
    expect(await tarNames(id, '/new')).toEqual(['new/', 'new/deep/', 'new/deep/file']);
    const { gzipSync } = await import('node:zlib');
    await stand.containers.writeArchive(
      id,
      '/new',
      bytes(gzipSync(makeTar([{ path: 'z', content: 'zipped' }]))),
    );
    expect((await readAll(stand.containers.readArchive(id, '/new/z'))).includes('zipped')).toBe(true);
    const out = makeTar([{ path: '../out', content: 'x' }]);
    await expect(stand.containers.writeArchive(id, '/new', bytes(out))).rejects.toThrow('leads out');
    await expect(stand.containers.writeArchive(id, '/lib/x.so', bytes(tar))).rejects.toThrow(
      'must be a directory',
    );
    await expect(stand.containers.writeArchive(id, '/new', bytes(Buffer.alloc(4096, 7)))).rejects.toThrow();
  });
});

describe('cp with a running container', () => {
  test('writes into a file that is a mount, and replaces others whole', async () => {
    const id = await stand.up();
    const { path, at } = folder();
    writeFileSync(`${path}/hosts`, '1.2.3.4 here\n');
    await stand.containers.copy(at('hosts'), inside(id, '/etc/hosts'));
    expect((await stand.exec(id, 'cat', '/etc/hosts')).stdout).toBe('1.2.3.4 here\n');
    await stand.exec(id, 'sh', '-c', 'echo old >/f');
    await stand.containers.copy(at('hosts'), inside(id, '/f'));
    expect((await stand.exec(id, 'cat', '/f')).stdout).toBe('1.2.3.4 here\n');
    expect((await stand.exec(id, 'sh', '-c', 'ls -a / /etc | grep gantry')).stdout).toBe('');
  });

  test('leaves devices and pipes of a container where they are', async () => {
    const id = await stand.up();
    const { path, at } = folder();
    await stand.exec(id, 'sh', '-c', 'mkdir /n; mknod /n/disk b 8 0; mkfifo /n/pipe; echo x >/n/file');
    const report = await stand.containers.copy(inside(id, '/n'), at('n'));
    expect(report.skipped).toBe(1);
    expect(readdirSync(`${path}/n`)).toEqual(['file', 'pipe']);
    const other = await stand.up();
    await stand.containers.copy(inside(id, '/n'), inside(other, '/n'));
    expect((await stand.exec(other, 'ls', '/n')).stdout).toBe('disk\nfile\npipe\n');
  });

  test('is not led astray by one that swaps folders for links all the time', async () => {
    const outside = stand.root.at('outside');
    mkdirSync(outside, { recursive: true });
    writeFileSync(`${outside}/secret`, 'secret');
    const swap = `mkdir -p /r/a/real; echo fine >/r/a/real/secret; cd /r/a;
      while :; do mv real kept; ln -s ${outside} real; rm real; mv kept real; done`;
    const id = await stand.up({ command: ['sh', '-c', swap] });
    const { path, at } = folder();
    writeFileSync(`${path}/mark`, 'mark');
    for (let round = 0; round < 60; round += 1) {
      await stand.containers
        .copy(inside(id, '/r/a/real'), at(`got-${round}`), { followLinks: true })
        .catch(() => undefined);
      await stand.containers.copy(at('mark'), inside(id, '/r/a/real/mark')).catch(() => undefined);
      const got = `${path}/got-${round}/secret`;
      if (existsSync(got)) expect(readFileSync(got, 'utf8')).toBe('fine\n');
    }
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('leaves out what the kernel makes of itself, and takes all the rest', async () => {
    const id = await stand.up();
    await stand.exec(id, 'touch', '/tmp/own');
    const { path, at } = folder();
    await stand.containers.copy(inside(id, '/'), at('all'));
    expect(readdirSync(`${path}/all`)).toEqual(expect.arrayContaining(['bin', 'etc', 'proc', 'sys', 'tmp']));
    expect(readdirSync(`${path}/all/tmp`)).toEqual(['own']);
    expect(readFileSync(`${path}/all/etc/hosts`, 'utf8')).toContain('localhost');
    for (const name of ['proc', 'sys']) {
      expect(readdirSync(`${path}/all/${name}`)).toEqual([]);
      await stand.containers.copy(inside(id, `/${name}`), at(name));
      expect(readdirSync(`${path}/${name}`)).toEqual([]);
      await stand.containers.copy(inside(id, `/${name}/.`), at(name));
      expect(await tarNames(id, `/${name}`)).toEqual([`${name}/`]);
    }
    for (const one of ['/proc/self/status', '/proc/1', '/sys/kernel']) {
      await expect(stand.containers.copy(inside(id, one), at('one'))).rejects.toThrow(
        /^Could not find the file /,
      );
    }
    expect(await tarNames(id, '/')).toContain('./etc/hosts');
  });

  test('can be given up', async () => {
    const id = await stand.up();
    const { at } = folder();
    const abort = new AbortController();
    const copying = stand.containers.copy(inside(id, '/proc/kmsg'), at('x'), { signal: abort.signal });
    abort.abort();
    await expect(copying).rejects.toThrow();
  });
});
