import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { gantryProgram } from '../../support/gantry-cli.ts';
import { type ProgramResult, runProgram } from '../../support/run-program.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const nobody = 65534;

let folder: TempFolder;
beforeAll(() => {
  buildIfStale();
  folder = tempFolder();
  chmodSync(folder.path, 0o755);
  mkdirSync(folder.at('home'));
  chownSync(folder.at('home'), nobody, nobody);
  mkdirSync(folder.at('roots-own'), { mode: 0o700 });
});
afterAll(() => folder[Symbol.dispose]());

/** `gantry ARGS` as a user without any rights. */
function gantry(...args: readonly string[]): Promise<ProgramResult> {
  return runProgram(
    ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', gantryProgram, ...args],
    {
      cwd: '/',
      env: {
        HOME: folder.at('home'),
        GANTRY_ROOT: undefined,
        XDG_DATA_HOME: undefined,
        XDG_RUNTIME_DIR: folder.at('home'),
        NODE_COMPILE_CACHE: undefined,
      },
    },
  );
}

describe('a user who is not root', () => {
  it('may look at everything', async () => {
    for (const words of ['ps', 'images', 'system df', 'version', 'info', 'volume ls', 'network ls']) {
      expect(await gantry(...words.split(' ')), words).toMatchObject({ status: 0 });
    }
  });

  it('is told by doctor what is missing', async () => {
    const { stdout } = await gantry('doctor');
    expect(stdout).toContain(`Rights: user ${nobody}`);
    expect(stdout).toContain('run gantry as root');
  });

  it('is told in one line that containers and builds need root', async () => {
    expect(await gantry('run', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('needs root: start gantry with sudo'),
    });
    expect(await gantry('build', '/')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('needs root'),
    });
  });

  it('is told that a root of somebody else is not for them', async () => {
    expect(await gantry('--root', folder.at('roots-own', 'x'), 'ps')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^gantry: cannot use .*roots-own.*\n.*give it a folder of yours/),
    });
  });
});
