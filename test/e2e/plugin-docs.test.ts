import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { cliStand } from '../support/cli-stand.ts';
import { gantryProgram } from '../support/gantry-cli.ts';
import { mustRun } from '../support/run-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('the first plugin of docs/plugins.md works as it stands there', async () => {
  await using stand = await cliStand();
  using home = tempFolder();
  await mkdir(home.at('.config'), { mode: 0o755 });
  const docs = await readFile(join(import.meta.dirname, '../../docs/plugins.md'), 'utf8');
  const script = /```sh\n([\s\S]*?)gantry idle --days 0\n```/.exec(docs)?.[1] ?? '';
  const PATH = `${dirname(gantryProgram)}:${process.env['PATH']}`;
  const env = { ...stand.gantry.env, HOME: home.path, XDG_CONFIG_HOME: '', PATH };
  await mustRun(['sh', '-ec', script], { env });

  await stand.gantry.must('run', '--name', 'done', 'busybox', 'true');
  const idle = await stand.gantry.with({ env }, 'idle', '--days', '0');
  expect(idle).toMatchObject({ status: 0, stderr: '' });
  expect(idle.stdout).toMatch(/^done {2}.* ago\n$/);
  expect((await stand.gantry.with({ env }, 'container', 'idle')).stdout).toBe('');
  expect((await stand.gantry.with({ env }, 'idle', '--dyas', '1')).stderr).toContain('Did you mean --days?');
  expect((await stand.gantry.with({ env }, '--help')).stdout).toMatch(/ idle +List containers/);
});
