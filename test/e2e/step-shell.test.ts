import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keys, PtyScreen } from '../support/pty-screen.ts';
import { type ScreenStand, screenStand } from '../support/screen-stand.ts';

let stand: ScreenStand;
beforeAll(async () => {
  stand = await screenStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** A folder with a Dockerfile whose RUN at line 4 works with these words. */
function project(name: string, made: string): string {
  const dir = stand.root.at(name);
  mkdirSync(dir, { recursive: true });
  const lines = [
    'FROM busybox',
    'ENV WHO=me',
    'RUN echo one > /made',
    `RUN grep -q ${made} /made`,
    'RUN true',
  ];
  writeFileSync(join(dir, 'Dockerfile'), `${lines.join('\n')}\n`);
  return dir;
}

it('a failed build is entered by a key, fixed, and goes on from the step that failed', async () => {
  const dir = project('by-key', 'two');
  await using screen = await stand.open();
  screen.command(`build -t fixed ${dir}`);
  await screen.shows('✗ [4/5] RUN grep -q two /made');
  await screen.shows('e opens a shell in the state before the step');
  screen.type('e');
  await screen.shows('A shell in the state before [4/5] RUN grep -q two /made');
  await screen.shows(/\/ #/);
  screen.type('echo "$WHO made $(cat /made)"\r');
  await screen.shows('me made one');
  screen.type('exit\r');
  await screen.lacks('line 4 · shell');
  project('by-key', 'one');
  screen.command(`build -t fixed ${dir}`);
  await screen.shows(/= \[3\/5\] RUN .* cached[\s\S]*✓ \[4\/5\] RUN[\s\S]*✓ done in/);
  screen.type(keys.escape);
  await screen.lacks('esc close');
  screen.type('q');
  expect(await screen.terminal.exit()).toBe(0);
});

it('a build on the command line shows why it failed, opens a shell, and ends with 1', async () => {
  const dir = project('by-line', 'two');
  const { gantry } = stand;
  await using terminal = new PtyScreen({
    argv: [...gantry.argv, 'build', '--on-fail=shell', dir],
    env: gantry.env,
  });
  await terminal.shows('>>> RUN grep -q two /made');
  await terminal.shows('returned a non-zero code: 1');
  await terminal.shows(/\/ #/);
  terminal.type('cat /made\r');
  await terminal.shows('one');
  terminal.type('exit 5\r');
  expect(await terminal.exit()).toBe(1);

  const piped = await gantry.with({ input: 'cat /made\nexit 4\n' }, 'build', '--shell-before', '4', dir);
  expect(piped).toMatchObject({ status: 4, stdout: 'one\n' });
  const wrong = await gantry('build', '--shell-before', 'x', dir);
  expect(wrong.stderr).toContain('"--shell-before" flag: not the number of a line');
});
