import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectFrame } from '../support/expect-frame.ts';
import { type MountedScreen, type MountOptions, mountScreen } from '../support/mount-screen.ts';

/** In place of gantry: says how it was called, then is a shell. */
const selfCommand = ['/bin/sh', '-c', 'echo "called: $*"; PS1="$ " exec /bin/sh', 'gantry'] as const;

async function mounted(options: MountOptions = {}): Promise<MountedScreen> {
  const screen = await mountScreen({ selfCommand, cwd: '/', ...options });
  await screen.press('2', 'e');
  await screen.shows('called: shell web');
  await screen.shows('web · shell');
  return screen;
}

const ctrlP = '\u0010';
const ctrlQ = '\u0011';

describe('a shell in a pane', () => {
  it('stands below the log with the keys and the cursor', async () => {
    await using screen = await mounted();
    await screen.press('echo one two\r');
    await screen.shows('one two');
    await screen.settle();
    await expectFrame(screen, 'shell');
    const row = screen.emulator.lines().findLastIndex((line) => line.includes('$ '));
    expect(screen.emulator.cursor).toMatchObject({ row });
    expect(screen.emulator.cursor.column).toBeGreaterThan(50);
  });

  it('knows the size of its pane, also after a resize and a zoom', async () => {
    await using screen = await mounted();
    await screen.press('stty size\r');
    await screen.shows(/^.*\n?.*1[0-9] 68/ms);
    await screen.resize(100, 30);
    await screen.press('stty size\r');
    await screen.shows(/\d+ 56/);
    await screen.press('\u001b[17~', 'z', '\u001b4');
    await screen.shows('4 Logs');
  });

  it('goes on while the keys are elsewhere, and takes them back by its number', async () => {
    await using screen = await mounted();
    await screen.press('sleep 0.3; echo late\r', '\u001b[17~', 'k');
    await screen.shows(/│late/);
    await screen.press('5', 'echo back again\r');
    await screen.shows(/│back again/);
  });

  it('stands beside another one', async () => {
    await using screen = await mounted({ columns: 140 });
    await screen.press('\u001b2', 'j', 'e');
    await screen.shows('called: shell api');
    await screen.shows('called: shell web');
    expect(screen.screen.view.state.terminals).toHaveLength(2);
  });

  it('closes with its program, and says when that failed', async () => {
    await using screen = await mounted();
    await screen.press('echo the reason; exit 3\r');
    await screen.shows('web · shell ended with status 3 — the reason');
    await screen.lacks('called: shell web');
    expect(screen.screen.view.state.focus).toBe('containers');
  });

  it('stays when nobody typed to its program, so that its words can be read, and keeps them in the journal', async () => {
    const program = ['/bin/sh', '-c', 'echo one; echo two; echo "called: $*"; exit 4', 'gantry'] as const;
    await using screen = await mountScreen({ selfCommand: program, cwd: '/' });
    await screen.press(':', 'run --rm busybox echo hello\r');
    await screen.shows('— ended with status 4 · any key closes —');
    await screen.shows(/│one[\s\S]*│two[\s\S]*│called: run --rm busybox echo hello/);
    await screen.shows('busybox · run ended with status 4');
    await screen.press('\r');
    await screen.lacks('any key closes');
    expect(screen.screen.view.state).toMatchObject({ focus: 'containers', terminals: [] });
    await screen.press('J');
    await screen.shows(/✗ +gantry run --rm busybox echo hello/);
    await screen.press('\r');
    await screen.shows(/one[\s\S]*two[\s\S]*busybox · run ended with status 4/);
  });

  it('is called by the container where that has a name, not by its image', async () => {
    await using screen = await mountScreen({ selfCommand, cwd: '/' });
    await screen.press(':', 'run -it --name site busybox\r');
    await screen.shows('site · run');
  });

  it('needs no question at the end when its program is over', async () => {
    await using screen = await mountScreen({ cwd: '/' });
    await screen.press(':', 'exec web ls\r');
    await screen.shows('exec web ls');
    await screen.shows('— ended with status 0 · any key closes —');
    await screen.press('\u001b[17~', 'q');
    expect(await screen.ended).toBe(0);
  });

  it('gives the keys back to the pane it was opened from, never to another shell', async () => {
    await using screen = await mounted({ columns: 140 });
    await screen.press('\u001b2', 'j', 'e');
    await screen.shows('called: shell api');
    await screen.press('exit\r');
    await screen.lacks('called: shell api');
    expect(screen.screen.view.state).toMatchObject({ focus: 'containers', terminals: ['terminal-1'] });
  });

  it('is hung up by ctrl-p ctrl-q where nobody could come back to its program', async () => {
    await using screen = await mounted();
    await screen.press(ctrlP + ctrlQ);
    await screen.shows('left web · shell: it was hung up');
    expect(screen.screen.view.state.terminals).toEqual([]);
  });

  it("is left by ctrl-p ctrl-q, which the client of a container's own process is told", async () => {
    const told = [
      '/bin/sh',
      '-c',
      'stty raw -echo; echo ready; head -c 2 | od -An -tx1 > "$HOME/keys"',
      'gantry',
    ] as const;
    await using screen = await mountScreen({ selfCommand: told, cwd: '/' });
    await screen.press('2', 'a');
    await screen.shows('ready');
    await screen.press(ctrlP + ctrlQ);
    await screen.shows('left web · attach: it goes on running');
    expect(readFileSync(`${screen.home}/keys`, 'utf8').trim()).toBe('10 11');
  });

  it('gives the program cursor keys as it asked for them', async () => {
    const keys = [
      '/bin/sh',
      '-c',
      'printf "\\033[?1h"; stty raw -echo; echo ready; head -c 3 | od -An -c > "$HOME/keys"',
      'gantry',
    ] as const;
    await using screen = await mountScreen({ selfCommand: keys, cwd: '/' });
    await screen.press('2', 'e');
    await screen.shows('ready');
    await screen.settle();
    screen.screen.shells.input('terminal-1', { kind: 'key', name: 'up', text: '' }, { column: 0, row: 0 });
    await screen.lacks('ready');
    expect(readFileSync(`${screen.home}/keys`, 'utf8').trim()).toBe('033   O   A');
  });

  it('shows colours, wide characters and the alternate screen of its program', async () => {
    await using screen = await mounted();
    await screen.press("printf '\\033[31mred\\033[m 語 \\033[7minverse\\033[m\\n'\r");
    await screen.shows('red 語 inverse');
    await screen.settle();
    const row = screen.emulator.lines().findLastIndex((line) => line.includes('red 語'));
    const column = (screen.emulator.lines()[row] ?? '').indexOf('red 語');
    expect(screen.emulator.cell(column, row).fg).toBe('1');
    expect(screen.emulator.cell(column + 4, row)).toMatchObject({ text: '語', width: 2 });
  });

  it('takes whatever a program throws at it and stays responsive', async () => {
    await using screen = await mounted();
    await screen.press('head -c 300000 /dev/urandom; printf "\\033c"; echo; echo survived\r');
    await screen.shows(/│survived/);
    await screen.press('\u001b2', 'j');
    await screen.shows('2 Containers');
  });
});
