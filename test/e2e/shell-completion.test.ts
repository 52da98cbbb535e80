import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type CliStand, cliStand } from '../support/cli-stand.ts';
import { gantryProgram } from '../support/gantry-cli.ts';
import { keys, PtyScreen } from '../support/pty-screen.ts';
import { tempFolder } from '../support/temp-folder.ts';

let stand: CliStand;
beforeAll(async () => {
  stand = await cliStand();
  await stand.gantry.must('create', '--name', 'migrate', 'busybox');
  await stand.gantry.must('tag', 'busybox:latest', '127.0.0.1:5000/team/tool:2.4');
});
afterAll(() => stand[Symbol.asyncDispose]());

const shells = [
  ['bash', ['bash', '--norc', '--noprofile', '-i'], 'source <(gantry completion bash)'],
  ['zsh', ['zsh', '-f', '-i'], 'autoload -U compinit; compinit -u -D; source <(gantry completion zsh)'],
  ['fish', ['fish', '--no-config', '-i'], 'gantry completion fish | source'],
] as const;

describe.each(shells)('%s', (_name, argv, load) => {
  it('completes commands, options, names and files', async () => {
    await using home = await tempFolder();
    const { root, env } = stand.gantry;
    const path = `${dirname(gantryProgram)}:${process.env['PATH']}`;
    await using screen = new PtyScreen({
      argv,
      env: { ...env, HOME: home.path, PATH: path, PS1: '$ ' },
      cwd: dirname(gantryProgram),
      columns: 140,
    });
    screen.type(`${load}; echo re''ady${keys.enter}`);
    await screen.shows(/^ready/m);
    const completes = async (typed: string, whole: string): Promise<void> => {
      screen.type(`${keys.control('u')}gantry ${typed}\t`);
      await screen.shows(`gantry ${whole}`);
    };
    await completes('conta', 'container');
    await completes('run --add-h', 'run --add-host');
    await completes(`--root ${root} rm mig`, `--root ${root} rm migrate`);
    await completes(`--root ${root} rmi 127.0.0.1:50`, `--root ${root} rmi 127.0.0.1:5000/team/tool:2.4`);
    await completes('build --file system-pack', 'build --file system-packages');
  });
});
