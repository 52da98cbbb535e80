import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeFileWhole } from '../../../src/core/host/durable-file.ts';
import { earlyWriteback } from '../../../src/core/host/early-writeback.ts';
import { dataExtents } from '../../../src/core/host/file-holes.ts';
import { fileTime, setFileTimes } from '../../../src/core/host/file-times.ts';
import { freeSpace } from '../../../src/core/host/free-space.ts';
import { deviceNumber, deviceParts, makeNode } from '../../../src/core/host/make-node.ts';
import { openInRoot } from '../../../src/core/host/open-in-root.ts';
import { syncFilesystem } from '../../../src/core/host/sync-filesystem.ts';
import { getXattr, listXattrs, removeXattr, setXattr } from '../../../src/core/host/xattrs.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('extended attributes', () => {
  it('are set, listed, read and removed, the trusted and security ones too', () => {
    using folder = tempFolder();
    const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
    writeFileSync(folder.at('f'), '');
    setXattr(folder.at('f'), 'trusted.overlay.opaque', 'y');
    setXattr(folder.at('f'), 'security.capability', capability);
    setXattr(folder.at('f'), 'user.empty', '');
    expect(listXattrs(folder.at('f')).sort()).toEqual([
      'security.capability',
      'trusted.overlay.opaque',
      'user.empty',
    ]);
    expect(getXattr(folder.at('f'), 'security.capability')).toEqual(new Uint8Array(capability));
    expect(getXattr(folder.at('f'), 'user.empty')).toEqual(new Uint8Array());
    expect(removeXattr(folder.at('f'), 'user.empty')).toBe(true);
    expect(removeXattr(folder.at('f'), 'user.empty')).toBe(false);
    expect(getXattr(folder.at('f'), 'user.empty')).toBeUndefined();
  });

  it('belong to a symbolic link, not to what it points to', () => {
    using folder = tempFolder();
    writeFileSync(folder.at('f'), '');
    symlinkSync('f', folder.at('link'));
    setXattr(folder.at('link'), 'trusted.mine', 'link');
    expect(listXattrs(folder.at('f'))).toEqual([]);
    expect(listXattrs(folder.at('link'))).toEqual(['trusted.mine']);
  });

  it('name the errno and the path when the file is not there', () => {
    expect(() => getXattr('/nowhere/at/all', 'user.x')).toThrow(
      expect.objectContaining({
        code: 'enoent',
        details: expect.objectContaining({ path: '/nowhere/at/all' }),
      }),
    );
  });

  it('take names that are not UTF-8', () => {
    using folder = tempFolder();
    const path = Buffer.concat([Buffer.from(folder.at('x')), Buffer.from([0xff])]);
    writeFileSync(path, '');
    setXattr(path, 'user.a', '1');
    expect(getXattr(path, 'user.a')).toEqual(new Uint8Array([0x31]));
  });
});

describe('makeNode', () => {
  it('makes devices, whiteouts and pipes', () => {
    using folder = tempFolder();
    makeNode(folder.at('null'), 'char', 0o600, deviceNumber(1, 3));
    makeNode(folder.at('whiteout'), 'char', 0);
    makeNode(folder.at('pipe'), 'fifo', 0o600);
    makeNode(folder.at('disk'), 'block', 0o600, deviceNumber(259, 0x12345));
    const device = lstatSync(folder.at('null'));
    expect([device.isCharacterDevice(), deviceParts(device.rdev)]).toEqual([true, { major: 1, minor: 3 }]);
    expect(lstatSync(folder.at('whiteout')).rdev).toBe(0);
    expect(lstatSync(folder.at('pipe')).isFIFO()).toBe(true);
    expect(deviceParts(lstatSync(folder.at('disk')).rdev)).toEqual({ major: 259, minor: 0x12345 });
  });
});

describe('setFileTimes', () => {
  it.each([
    [1_700_000_000, 123_456_789],
    [-1, 999_999_999],
    [0, 1],
  ])('keeps %i.%i exactly', (seconds, nanoseconds) => {
    using folder = tempFolder();
    writeFileSync(folder.at('f'), '');
    setFileTimes(folder.at('f'), { modified: { seconds, nanoseconds } });
    expect(fileTime(lstatSync(folder.at('f'), { bigint: true }).mtimeNs)).toEqual({ seconds, nanoseconds });
  });

  it('changes a symbolic link itself and leaves a time that is not given', () => {
    using folder = tempFolder();
    writeFileSync(folder.at('f'), '');
    symlinkSync('f', folder.at('link'));
    const before = lstatSync(folder.at('link')).mtimeMs;
    setFileTimes(folder.at('link'), { accessed: { seconds: 5, nanoseconds: 0 } });
    expect(lstatSync(folder.at('link')).atimeMs).toBe(5000);
    expect(lstatSync(folder.at('link')).mtimeMs).toBe(before);
    expect(lstatSync(folder.at('f')).atimeMs).not.toBe(5000);
  });
});

describe('openInRoot', () => {
  it('keeps absolute links and dot-dots inside', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('root', 'etc'), { recursive: true });
    writeFileSync(folder.at('root', 'etc', 'passwd'), 'inside');
    symlinkSync('/etc/passwd', folder.at('root', 'absolute'));
    symlinkSync('../../../../../etc/passwd', folder.at('root', 'climbing'));
    const root = openSync(folder.at('root'), 'r');
    for (const name of ['absolute', 'climbing', '/etc/passwd', '../etc/passwd']) {
      const fd = openInRoot(root, name, constants.O_RDONLY);
      expect(readFileSync(fd, 'utf8')).toBe('inside');
      closeSync(fd);
    }
    closeSync(root);
  });
});

describe('dataExtents', () => {
  it('finds what is data between holes', () => {
    using folder = tempFolder();
    const fd = openSync(folder.at('f'), 'w+');
    writeSync(fd, Buffer.alloc(4096, 1), 0, 4096, 1 << 20);
    ftruncateSync(fd, 8 << 20);
    expect([...dataExtents(fd)]).toEqual([{ offset: 1 << 20, length: 4096 }]);
    closeSync(fd);
  });

  it('is empty for a file that is one hole', () => {
    using folder = tempFolder();
    const fd = openSync(folder.at('f'), 'w+');
    ftruncateSync(fd, 1 << 20);
    expect([...dataExtents(fd)]).toEqual([]);
    closeSync(fd);
  });
});

describe('writeFileWhole', () => {
  it('replaces a file and leaves nothing beside it', () => {
    using folder = tempFolder();
    writeFileWhole(folder.at('f'), 'one');
    writeFileWhole(folder.at('f'), 'two', { mode: 0o640, durable: false });
    expect(readFileSync(folder.at('f'), 'utf8')).toBe('two');
    expect(lstatSync(folder.at('f')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder.path)).toEqual(['f']);
  });

  it('leaves the old file and no rubbish when it cannot write', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('f'));
    expect(() => writeFileWhole(folder.at('f'), 'x')).toThrow();
    expect(readdirSync(folder.path)).toEqual(['f']);
  });
});

describe('the file system', () => {
  it('tells its free space and can be flushed', async () => {
    using folder = tempFolder();
    const space = freeSpace(folder.path);
    expect(space.freeBytes).toBeGreaterThan(0);
    expect(space.totalBytes).toBeGreaterThanOrEqual(space.freeBytes);
    await syncFilesystem(folder.path);
    await expect(syncFilesystem(folder.at('none'))).rejects.toMatchObject({ kind: 'io', code: 'enoent' });
  });

  it('is flushed ahead after many bytes, and a failure of that is told once to whoever flushes', async () => {
    using folder = tempFolder();
    const many = 64 * 1024 * 1024;
    const there = earlyWriteback(() => syncFilesystem(folder.path));
    there.wrote(many);
    await there.settled();

    const gone = earlyWriteback(() => syncFilesystem(folder.at('none')));
    gone.wrote(many - 1);
    await gone.settled();
    gone.wrote(1);
    await expect(gone.settled()).rejects.toMatchObject({ kind: 'io', code: 'enoent' });
    await gone.settled();
  });
});
