import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../support/bundle-program.ts';
import { PtyScreen } from '../support/pty-screen.ts';

let bundle = { folder: '', path: '' };
beforeAll(async () => {
  bundle = await bundleProgram('test/support/dev-screen.ts');
});
afterAll(() => rm(bundle.folder, { recursive: true, force: true }));

/** The screen in a real pseudoterminal, run by a shell that says what became of it. */
async function started(): Promise<{ readonly screen: PtyScreen; readonly pid: number }> {
  const home = join(tmpdir(), `gantry-terminal-${process.pid}`);
  const screen = new PtyScreen({
    argv: [
      '/bin/sh',
      '-c',
      'echo before; "$0" "$1"; echo "status $?"; stty -a | grep -o " -\\?icanon"; read line',
      process.execPath,
      bundle.path,
    ],
    env: { HOME: home, DEV_LINES: '5' },
  });
  await screen.shows('4 Logs · web');
  const pid = Number(execFileSync('pgrep', ['-P', String(screen.pid)], { encoding: 'utf8' }).trim());
  return { screen, pid };
}

/** The shell's own screen is back, with a cursor and a terminal that edits lines. */
async function isRestored({
  screen,
  status,
}: {
  readonly screen: PtyScreen;
  readonly status: number;
}): Promise<void> {
  const text = await screen.shows(`status ${status}`);
  expect(text).toContain('before');
  expect(text).not.toContain('4 Logs');
  await screen.shows(/^ icanon/m);
  const { modes, buffer } = screen.emulator.terminal;
  expect(buffer.active.type).toBe('normal');
  expect(modes.bracketedPasteMode).toBe(false);
  expect(modes.mouseTrackingMode).toBe('none');
  expect(modes.wraparoundMode).toBe(true);
  const core = (
    screen.emulator.terminal as unknown as { _core: { coreService: { isCursorHidden: boolean } } }
  )._core;
  expect(core.coreService.isCursorHidden).toBe(false);
}

describe('the terminal', () => {
  it('is given back when the user leaves', async () => {
    const { screen } = await started();
    await using _screen = screen;
    screen.type('q');
    await isRestored({ screen, status: 0 });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('is given back on %s', async (signal, status) => {
    const { screen, pid } = await started();
    await using _screen = screen;
    process.kill(pid, signal);
    await isRestored({ screen, status });
  });

  it('is given back on an exception that nobody caught, which is told', async () => {
    const { screen, pid } = await started();
    await using _screen = screen;
    process.kill(pid, 'SIGUSR2');
    await isRestored({ screen, status: 1 });
    expect(screen.emulator.text()).toContain('broken on purpose');
  });

  it('is lent to the shell by ctrl-z and taken back by fg', async () => {
    const screen = new PtyScreen({
      argv: ['/bin/bash', '--norc', '-i'],
      env: { HOME: tmpdir(), PS1: '> ', DEV_LINES: '0' },
    });
    await using _screen = screen;
    await screen.shows('>');
    screen.type(`'${process.execPath}' '${bundle.path}'\r`);
    await screen.shows('2 Containers');
    screen.type('\u001a');
    await screen.shows('Stopped');
    screen.type('echo in be""tween\r');
    await screen.shows('in between');
    screen.type('fg\r');
    await screen.shows('2 Containers');
    screen.type('1jj');
    await screen.shows('▌●  127.0.0.1');
    screen.type('q');
    await screen.shows('in between');
    screen.type('exit\r');
    expect(await screen.exit()).toBe(0);
  });
});
