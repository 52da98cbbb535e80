import { chmodSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { engineDirs } from '../../../src/core/engine-dirs.ts';
import { ensureDirs, resolveDirs } from '../../../src/core/open-dirs.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('resolveDirs', () => {
  it('takes the system folders for root', () => {
    expect(resolveDirs({ env: {}, uid: 0 })).toMatchObject({ root: '/var/lib/gantry', run: '/run/gantry' });
  });

  it('takes them too when a monitor names them', () => {
    expect(resolveDirs({ rootOption: '/var/lib/gantry', env: {}, uid: 0 }).run).toBe('/run/gantry');
  });

  it('keeps everything below --root, which beats GANTRY_ROOT', () => {
    const env = { GANTRY_ROOT: '/env' };
    expect(resolveDirs({ rootOption: '/my', env, uid: 0 })).toMatchObject({ root: '/my', run: '/my/run' });
    expect(resolveDirs({ env, uid: 0 }).database).toBe('/env/metadata.db');
    expect(resolveDirs({ rootOption: 'here', env, uid: 0 }).root).toBe(`${process.cwd()}/here`);
  });

  it('takes the XDG folders for other users', () => {
    const env = { HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/7', XDG_DATA_HOME: '/data' };
    expect(resolveDirs({ env, uid: 7 })).toMatchObject({ root: '/data/gantry', run: '/run/user/7/gantry' });
    expect(resolveDirs({ env: { HOME: '/home/u', XDG_DATA_HOME: 'relative' }, uid: 7 })).toMatchObject({
      root: '/home/u/.local/share/gantry',
      run: '/tmp/gantry-run-7',
    });
    expect(() => resolveDirs({ env: {}, uid: 7 })).toThrow(expect.objectContaining({ code: 'no-home' }));
  });
});

describe('ensureDirs', () => {
  it('makes every folder for its owner only, whatever the umask', () => {
    using folder = tempFolder();
    const dirs = engineDirs(folder.at('root'), folder.at('root', 'run'));
    ensureDirs(dirs, 0);
    for (const [name, path] of Object.entries(dirs)) {
      if (name !== 'database') expect(statSync(path).mode & 0o777).toBe(0o700);
    }
  });

  it('makes again what a boot or a crash took', () => {
    using folder = tempFolder();
    const dirs = engineDirs(folder.at('root'), folder.at('run'));
    ensureDirs(dirs, 0);
    rmSync(dirs.run, { recursive: true });
    rmSync(dirs.temp, { recursive: true });
    ensureDirs(dirs, 0);
    expect(statSync(dirs.temp).isDirectory()).toBe(true);
  });

  it('does not change the mode of a folder that was there', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('root'));
    chmodSync(folder.at('root'), 0o755);
    ensureDirs(engineDirs(folder.at('root'), folder.at('root', 'run')), 0);
    expect(statSync(folder.at('root')).mode & 0o777).toBe(0o755);
  });

  it("refuses somebody else's folder, and a file", () => {
    using folder = tempFolder();
    mkdirSync(folder.at('theirs'));
    chownSync(folder.at('theirs'), 1234, 1234);
    writeFileSync(folder.at('file'), '');
    for (const name of ['theirs', 'file']) {
      expect(() => ensureDirs(engineDirs(folder.at(name), folder.at(name, 'run')), 0)).toThrow(
        expect.objectContaining({ kind: 'unavailable', code: 'root-denied' }),
      );
    }
  });
});
