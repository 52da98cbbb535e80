import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bindMount, mount, unmount } from '../../../src/core/host/mount.ts';
import {
  mountOverlay,
  mountOverlayAtOnce,
  mountOverlayByParts,
} from '../../../src/core/host/overlay-mount.ts';
import { withPrivateMounts } from '../../../src/core/host/private-mounts.ts';
import { startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('private mounts', () => {
  it('are seen inside the block and nowhere else', () => {
    using folder = tempFolder();
    const seen = withPrivateMounts(() => {
      mount({ source: 'tmpfs', target: folder.path, type: 'tmpfs' });
      writeFileSync(folder.at('inside'), '');
      return readdirSync(folder.path);
    });
    expect(seen).toEqual(['inside']);
    expect(readdirSync(folder.path)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder.path);
  });

  it('leave namespace and working folder as they were, also when the work throws', () => {
    const before = [statSync('/proc/thread-self/ns/mnt').ino, process.cwd(), statSync('.').ino];
    expect(() =>
      withPrivateMounts(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect([statSync('/proc/thread-self/ns/mnt').ino, process.cwd(), statSync('.').ino]).toEqual(before);
  });

  it('leave the root as it was in a chroot, whose root is not the namespace own', async () => {
    using folder = tempFolder();
    mkdirSync(folder.at('proc'));
    writeFileSync(folder.at('marker'), '');
    await using script = startScript(
      `import { readdirSync } from 'node:fs';
       import { confineThread } from 'SRC/core/host/confine-thread.ts';
       import { bindMount, mount, mountFlags } from 'SRC/core/host/mount.ts';
       import { namespaceFlags, unshare } from 'SRC/core/host/namespaces.ts';
       import { withPrivateMounts } from 'SRC/core/host/private-mounts.ts';
       withPrivateMounts(() => undefined);
       unshare(namespaceFlags.mount);
       mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.slave });
       const dir = process.argv.at(-1);
       bindMount(dir, dir);
       bindMount('/proc', dir + '/proc');
       confineThread(dir);
       withPrivateMounts(() => undefined);
       console.log(readdirSync('/').join(' '));`,
      [folder.path],
    );
    expect(await script.line()).toBe('marker proc');
  });
});

describe('bindMount', () => {
  it('refuses writes when read-only', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('from'));
    mkdirSync(folder.at('to'));
    withPrivateMounts(() => {
      bindMount(folder.at('from'), folder.at('to'), { readOnly: true });
      expect(() => writeFileSync(folder.at('to', 'x'), '')).toThrow(/EROFS/);
      unmount(folder.at('to'));
      expect(readdirSync(folder.at('to'))).toEqual([]);
    });
  });

  it('says what failed, where, and with which errno', () => {
    using folder = tempFolder();
    expect(() => bindMount(folder.at('none'), folder.path)).toThrow(
      expect.objectContaining({
        kind: 'io',
        details: { errno: 'ENOENT', syscall: 'mount', path: folder.path },
      }),
    );
  });

  it('refuses a path with a NUL, which would mean another file', () => {
    expect(() => bindMount('/tmp\0x', '/tmp')).toThrow(expect.objectContaining({ code: 'nul-in-path' }));
  });
});

describe.each([
  [
    'by parts',
    (request: Parameters<typeof mountOverlay>[0]) => expect(mountOverlayByParts(request)).toBe(true),
  ],
  ['at once', mountOverlayAtOnce],
])('an overlay mounted %s', (_, mountIt) => {
  it('shows the top of each name and writes to the upper folder', () => {
    using folder = tempFolder();
    for (const name of ['a', 'b', 'upper', 'work', 'view']) mkdirSync(folder.at(name));
    writeFileSync(folder.at('a', 'both'), 'a');
    writeFileSync(folder.at('b', 'both'), 'b');
    writeFileSync(folder.at('b', 'only'), 'b');
    withPrivateMounts(() => {
      const lower = [folder.at('a'), folder.at('b')];
      mountIt({ lower, upper: folder.at('upper'), work: folder.at('work'), target: folder.at('view') });
      expect(readFileSync(folder.at('view', 'both'), 'utf8')).toBe('a');
      expect(readFileSync(folder.at('view', 'only'), 'utf8')).toBe('b');
      writeFileSync(folder.at('view', 'new'), 'n');
    });
    expect(readdirSync(folder.at('upper'))).toEqual(['new']);
  });

  it('takes 150 layers, and names with colons, commas and backslashes', () => {
    using folder = tempFolder();
    const lower = Array.from({ length: 150 }, (__, index) => folder.at(`${index}:,\\`));
    for (const [index, dir] of lower.entries()) {
      mkdirSync(dir);
      writeFileSync(`${dir}/${index}`, '');
    }
    mkdirSync(folder.at('view'));
    const count = withPrivateMounts(() => {
      mountIt({ lower, target: folder.at('view') });
      return readdirSync(folder.at('view')).length;
    });
    expect(count).toBe(150);
  });

  it('is read-only without an upper folder', () => {
    using folder = tempFolder();
    for (const name of ['a', 'b', 'view']) mkdirSync(folder.at(name));
    withPrivateMounts(() => {
      mountIt({ lower: [folder.at('a'), folder.at('b')], target: folder.at('view') });
      expect(() => writeFileSync(folder.at('view', 'x'), '')).toThrow(/EROFS/);
    });
  });

  it('fails with the errno when a layer is missing, and mounts nothing', () => {
    using folder = tempFolder();
    for (const name of ['a', 'upper', 'work', 'view']) mkdirSync(folder.at(name));
    withPrivateMounts(() => {
      const lower = [folder.at('a'), folder.at('missing')];
      expect(() =>
        mountIt({ lower, upper: folder.at('upper'), work: folder.at('work'), target: folder.at('view') }),
      ).toThrow(expect.objectContaining({ details: expect.objectContaining({ errno: 'ENOENT' }) }));
      expect(readFileSync('/proc/thread-self/mountinfo', 'utf8')).not.toContain(folder.path);
    });
  });
});

describe('mountOverlay', () => {
  it('takes 500 layers whose paths are longer than fsconfig takes', () => {
    using folder = tempFolder();
    const long = folder.at('l'.repeat(250));
    mkdirSync(long);
    const lower = Array.from({ length: 500 }, (_, index) => `${long}/${index}`);
    for (const dir of lower) mkdirSync(dir);
    writeFileSync(`${lower.at(-1)}/bottom`, '');
    for (const name of ['upper', 'work', 'view']) mkdirSync(folder.at(name));
    withPrivateMounts(() => {
      mountOverlay({ lower, upper: folder.at('upper'), work: folder.at('work'), target: folder.at('view') });
      expect(existsSync(folder.at('view', 'bottom'))).toBe(true);
    });
  });

  it('leaves no descriptor open, also when it fails', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('view'));
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    withPrivateMounts(() => {
      expect(() => mountOverlay({ lower: [folder.at('missing')], target: folder.at('view') })).toThrow();
    });
    expect(count()).toBe(before);
  });
});
