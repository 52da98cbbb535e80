import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assembleCheck } from '../../../src/core/assemble-check.ts';
import { createVolumes } from '../../../src/core/volumes/create-volumes.ts';
import type { Mount } from '../../../src/engine/containers.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { foundIn } from '../../support/store-check.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

describe('a volume whose folder leads elsewhere', () => {
  test('is given to no container, and made a volume by no repair', async () => {
    const { volumes } = stand.root.dirs;
    const elsewhere = stand.root.at('elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(`${elsewhere}/private`, 'x');
    mkdirSync(`${volumes}/vv`);
    symlinkSync(elsewhere, `${volumes}/vv/_data`);
    const mounts: readonly Mount[] = [
      { type: 'volume', name: 'vv', target: '/d', readOnly: false, noCopy: false },
    ];
    const refusal = { kind: 'corrupt', code: 'store-folder-replaced' };
    await expect(stand.run(['ls', '/d'], { mounts })).rejects.toMatchObject(refusal);
    await expect(createVolumes(stand.services).create({ name: 'vv' })).rejects.toMatchObject(refusal);
    for (const repair of [false, true]) {
      const report = await assembleCheck(stand.parts, { repair });
      expect(foundIn(report)).toEqual([`volume-folder-replaced ${repair ? 'not-mended' : 'found'}`]);
    }
    expect(await createVolumes(stand.services).list()).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(['private']);
    rmSync(`${volumes}/vv`, { recursive: true });
  });

  test('after it was made starts nothing, is exported by nobody, and leaves what it leads to alone', async () => {
    const { volumes } = stand.root.dirs;
    const elsewhere = stand.root.at('elsewhere2');
    mkdirSync(elsewhere);
    writeFileSync(`${elsewhere}/private`, 'x');
    const mounts: readonly Mount[] = [
      { type: 'volume', name: 'vv', target: '/d', readOnly: false, noCopy: false },
    ];
    const { id } = await stand.run(['true'], { mounts });
    rmSync(`${volumes}/vv/_data`, { recursive: true });
    symlinkSync(elsewhere, `${volumes}/vv/_data`);
    const refusal = { code: 'store-folder-replaced' };
    await expect(stand.containers.start(id)).rejects.toMatchObject(refusal);
    const port = createVolumes(stand.services);
    await expect(Array.fromAsync(port.export('vv'))).rejects.toMatchObject(refusal);
    const report = await assembleCheck(stand.parts, { repair: true });
    expect(foundIn(report)).toEqual(['volume-folder-replaced not-mended']);
    await stand.containers.remove(id);
    await port.remove('vv');
    expect(existsSync(`${volumes}/vv`)).toBe(false);
    expect(readdirSync(elsewhere)).toEqual(['private']);
  });
});

describe('volumes and binds', () => {
  const volume = (name: string | undefined, target: string, noCopy = false): Mount => ({
    type: 'volume',
    name,
    target,
    readOnly: false,
    noCopy,
  });

  beforeAll(async () => {
    await busyboxImage(await stand.parts.services(), {
      name: 'seeded',
      config: { Volumes: { '/data': {} } },
      prepare: (root) => {
        mkdirSync(`${root}/data/sub`, { recursive: true });
        writeFileSync(`${root}/data/sub/file`, 'from the image\n');
        symlinkSync('/etc/shadow', `${root}/data/link`);
        chownSync(`${root}/data`, 1000, 1000);
        chmodSync(`${root}/data`, 0o750);
        chownSync(`${root}/data/sub/file`, 1234, 4321);
        chmodSync(`${root}/data/sub/file`, 0o4711);
        symlinkSync('/data', `${root}/by-link`);
        symlinkSync('../../../../../../etc', `${root}/escape`);
      },
    });
  });

  test('a part of a volume is mounted alone, file or folder, wherever links in it lead', async () => {
    const part = (subpath: string, target: string, readOnly = false): Mount => ({
      ...{ type: 'volume', name: 'parts', target, readOnly, noCopy: false, subpath },
    });
    const make =
      'mkdir -p /v/a/b; echo x >/v/a/b/file; ln -s /etc /v/out; ln -s /a /v/in; ln -s ../../.. /v/up';
    await stand.run(['sh', '-c', make], { mounts: [volume('parts', '/v')] });
    const { id, stdout, stderr } = await stand.run(
      ['sh', '-c', 'cat /one /two/b/file; ls /up; echo y >/two/new; echo no >/one'],
      { mounts: [part('a/b/file', '/one', true), part('in', '/two'), part('up', '/up')] },
    );
    expect(stdout).toBe('x\nx\na\nin\nout\nup\n');
    expect(stderr).toContain('Read-only file system');
    const read = stand.containers.readArchive(id, '/two/new');
    expect(Buffer.concat(await Array.fromAsync(read)).toString()).toContain('y\n');
    for (const missing of ['none', 'out', 'a/b/file/x']) {
      await expect(stand.run(['true'], { mounts: [part(missing, '/m')] })).rejects.toThrow(
        `cannot access path ${missing} of volume parts`,
      );
    }
  });

  test('an empty named volume takes what the image has there, with owners and modes, once', async () => {
    const look = [
      'sh',
      '-c',
      'stat -c "%u:%g %a" /vol /vol/sub/file; cat /vol/sub/file; echo changed > /vol/sub/file',
    ];
    const first = await stand.run(look.with(-1, look.at(-1)!.replaceAll('/vol', '/data')), {
      image: 'seeded',
      mounts: [volume('db', '/data')],
    });
    expect(first.stdout).toBe('1000:1000 750\n1234:4321 4711\nfrom the image\n');
    const again = await stand.run(['cat', '/data/sub/file'], {
      image: 'seeded',
      mounts: [volume('db', '/data')],
    });
    expect(again.stdout).toBe('changed\n');
    const { usedBy } = await createVolumes(stand.services).inspect('db');
    expect([...usedBy].sort()).toEqual([first.id, again.id].sort());
  });

  test('a symbolic link of the image leads nowhere outside of it', async () => {
    const { id } = await stand.containers.create({
      image: 'seeded',
      mounts: [volume('linked', '/by-link'), volume('escaped', '/escape')],
    });
    const volumes = createVolumes(stand.services);
    const linked = (await volumes.inspect('linked')).mountpoint;
    expect(readFileSync(`${linked}/sub/file`, 'utf8')).toBe('from the image\n');
    expect(lstatSync(`${linked}/link`).isSymbolicLink()).toBe(true);
    // The /etc of the image, not ours.
    const escaped = (await volumes.inspect('escaped')).mountpoint;
    expect(readdirSync(escaped).sort()).toEqual(['group', 'passwd']);
    await stand.containers.remove(id);
  });

  test('nocopy leaves it empty, and a VOLUME of the image gets an anonymous one that goes with rm -v', async () => {
    const { stdout } = await stand.run(['ls', '-A', '/data'], {
      image: 'seeded',
      mounts: [volume('bare', '/data', true)],
    });
    expect(stdout).toBe('');
    const volumes = createVolumes(stand.services);
    const kept = await stand.run(['true'], { image: 'seeded' });
    const [anonymous] = (await volumes.list()).filter((one) => one.anonymous);
    expect(anonymous?.usedBy).toEqual([kept.id]);
    expect(existsSync(`${anonymous!.mountpoint}/sub/file`)).toBe(true);
    await expect(volumes.remove(anonymous!.name)).rejects.toMatchObject({
      message: `remove ${anonymous!.name}: volume is in use - [${kept.id}]`,
    });
    await stand.containers.remove(kept.id, { volumes: true });
    expect((await volumes.list()).map(({ name }) => name)).toEqual(['bare']);
    expect((await volumes.prune()).removed).toEqual([]);
    const [last] = await stand.containers.list({ all: true });
    await stand.containers.remove(last!.id);
    expect((await volumes.prune({ all: true })).removed).toEqual(['bare']);
  });

  test('--rm takes anonymous volumes along, also when it never started', async () => {
    await stand.run(['true'], { image: 'seeded', autoRemove: true });
    expect(await createVolumes(stand.services).list()).toEqual([]);
  });

  test('a bind shows the folder of the host; a missing one is made for -v and refused for --mount', async () => {
    const bind = (source: string, createSource: boolean, readOnly = false): Mount => ({
      type: 'bind',
      source,
      target: '/mnt',
      readOnly,
      createSource,
    });
    const folder = stand.root.at('shared');
    await stand.run(['sh', '-c', 'echo hello > /mnt/greeting'], { mounts: [bind(folder, true)] });
    expect(readFileSync(`${folder}/greeting`, 'utf8')).toBe('hello\n');
    const refused = await stand.run(['sh', '-c', 'echo x > /mnt/greeting'], {
      mounts: [bind(folder, true, true)],
    });
    expect(refused.stderr).toContain('Read-only file system');
    await expect(
      stand.containers.create({ image: 'busybox', mounts: [bind(stand.root.at('nowhere'), false)] }),
    ).rejects.toThrow('invalid mount config for type "bind": bind source path does not exist');
  });

  test('what is mounted on a link of the image is where that leads, also to what is not there yet', async () => {
    await busyboxImage(await stand.parts.services(), {
      name: 'links',
      prepare: (root) => {
        symlinkSync('/not/here/yet', `${root}/dangling`);
        symlinkSync('../../../../outside', `${root}/climbing`);
      },
    });
    const source = stand.root.at('on-links');
    mkdirSync(source);
    writeFileSync(`${source}/file`, 'mine\n');
    const bind = (target: string, from = source): Mount => ({
      type: 'bind',
      source: from,
      target,
      readOnly: false,
      createSource: false,
    });
    const { stdout, exitCode } = await stand.run(
      [
        'sh',
        '-c',
        'cat /not/here/yet/file /outside/deep/file /not/here/yet/sub; readlink /dangling; ls /climbing',
      ],
      {
        image: 'links',
        mounts: [bind('/dangling'), bind('/climbing/deep'), bind('/dangling/sub', `${source}/file`)],
      },
    );
    expect({ stdout, exitCode }).toEqual({ stdout: 'mine\nmine\nmine\n/not/here/yet\ndeep\n', exitCode: 0 });
  });

  test('a tmpfs over a folder of the image has its mode, unless another is asked for', async () => {
    await busyboxImage(await stand.parts.services(), {
      name: 'modes',
      prepare: (root) => {
        mkdirSync(`${root}/own/below`, { recursive: true });
        chmodSync(`${root}/own`, 0o2750);
        chmodSync(`${root}/own/below`, 0o700);
      },
    });
    const { stdout } = await stand.run(['stat', '-c', '%n %a %u', '/own', '/other', '/new', '/own/below'], {
      image: 'modes',
      mounts: [
        { type: 'tmpfs', target: '/own', options: '' },
        { type: 'tmpfs', target: '/own/below', options: '' },
        { type: 'tmpfs', target: '/other', options: 'mode=711,uid=5' },
        { type: 'tmpfs', target: '/new', options: '' },
      ],
    });
    expect(stdout).toBe('/own 2750 0\n/other 711 5\n/new 1777 0\n/own/below 1777 0\n');
  });

  test('a tmpfs is empty and forgets', async () => {
    const { stdout } = await stand.run(['sh', '-c', 'mount | grep " /scratch " | cut -d" " -f5'], {
      mounts: [{ type: 'tmpfs', target: '/scratch', options: 'size=64k' }],
    });
    expect(stdout).toBe('tmpfs\n');
  });
});
