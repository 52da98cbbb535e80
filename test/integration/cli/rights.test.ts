import { chmodSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { gantryProgram } from '../../support/gantry-cli.ts';
import { type OrdinaryUser, ordinaryUser } from '../../support/ordinary-user.ts';
import { type ProgramResult, runProgram } from '../../support/run-program.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

let user: OrdinaryUser;
let folder: TempFolder;
beforeAll(() => {
  buildIfStale();
  user = ordinaryUser({ jailed: true });
  folder = tempFolder();
  chmodSync(folder.path, 0o755);
  mkdirSync(folder.at('roots-own'), { mode: 0o700 });
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await user[Symbol.asyncDispose]();
});

/** `gantry ARGS` as a user whom the kernel gives no namespaces. */
function gantry(...args: readonly string[]): Promise<ProgramResult> {
  return runProgram([...user.through, gantryProgram, ...args], { cwd: '/', env: user.env });
}

describe('a user who is not root, on a machine that gives them no user namespaces', () => {
  it('may look at everything', async () => {
    for (const words of ['ps', 'images', 'system df', 'version', 'info', 'volume ls', 'network ls']) {
      expect(await gantry(...words.split(' ')), words).toMatchObject({ status: 0 });
    }
  });

  it('is told by doctor what is missing', async () => {
    const { stdout } = await gantry('doctor');
    expect(stdout).toContain(`Rights: user ${user.uid}`);
    expect(stdout).toContain('run gantry as root');
  });

  it('is told in one line that containers and builds need root', async () => {
    expect(await gantry('run', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /needs root: this machine gives normal users no namespaces of their own: .*sysctl -w/,
      ),
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
