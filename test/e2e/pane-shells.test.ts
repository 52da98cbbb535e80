import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PtyScreen } from '../support/pty-screen.ts';
import { type GantryScreen, type ScreenStand, screenStand } from '../support/screen-stand.ts';
import { until } from '../support/until.ts';

const container = 'w3';
const leave = '\u0010\u0011';

let stand: ScreenStand;
beforeAll(async () => {
  stand = await screenStand();
  await stand.gantry.must('run', '-dit', '--name', container, 'busybox', 'sh');
});
afterAll(() => stand[Symbol.asyncDispose]());

/** The commands that run in the container. */
async function running(): Promise<readonly string[]> {
  const table = await stand.gantry.must('top', container, '-eo', 'pid,args');
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^\d+ +/, ''));
}

/** Who runs here with all of these words. */
function processes(...words: readonly string[]): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return [...words, stand.root.path].every((word) => argv.includes(word));
    } catch {
      return false;
    }
  });
}

async function onlyTheContainerRuns(): Promise<void> {
  await until(async () => ((await running()).join() === 'sh' ? true : undefined));
}

/** A screen with a shell in the container, in which a program has the terminal. */
async function shellIn(): Promise<GantryScreen> {
  const screen = await stand.open();
  screen.type('2');
  await screen.shows(/▌● +w3/);
  screen.type('e');
  await screen.shows(`5 ${container} · shell`);
  await screen.shows('/ #');
  screen.type('sleep 4321\r');
  await until(async () => ((await running()).includes('sleep 4321') ? true : undefined));
  return screen;
}

describe('a shell in a container ends with the place it was shown in', () => {
  it('when the screen is left', async () => {
    await using screen = await shellIn();
    screen.type('\u001b[17~');
    await screen.shows('q quit');
    screen.type('q');
    await screen.shows('Leaving ends what runs in here; containers go on.');
    screen.type('y');
    expect(await screen.terminal.exit()).toBe(0);
    await screen.shows(`1 container goes on without gantry: ${container}`);
    await onlyTheContainerRuns();
  });

  it('when the terminal of the screen goes away', async () => {
    await using screen = await shellIn();
    screen.terminal.hangUp();
    await screen.terminal.exit();
    await onlyTheContainerRuns();
  });

  it('when its pane is left', async () => {
    await using screen = await shellIn();
    screen.type(leave);
    await screen.shows(`left ${container} · shell: it was hung up`);
    await onlyTheContainerRuns();
  });

  it('when the terminal of gantry exec goes away, also where it runs without one', async () => {
    const { argv, env } = stand.gantry;
    for (const words of [
      ['exec', '-it', container, 'sh', '-c', 'echo ready; exec sleep 4321'],
      ['exec', container, 'sh', '-c', 'echo ready; exec sleep 4321'],
    ]) {
      await using terminal = new PtyScreen({ argv: [...argv, ...words], env });
      await terminal.shows('ready');
      terminal.hangUp();
      await terminal.exit();
      await onlyTheContainerRuns();
    }
  });
});

it('a process that ignores the hang-up loses its terminal, and nothing of ours stays for it', async () => {
  const { argv, env } = stand.gantry;
  const script = 'trap "" HUP; echo ready; read line; echo "$?" > /read; exec sleep 0';
  await using terminal = new PtyScreen({
    argv: [...argv, 'exec', '-it', container, 'sh', '-c', script],
    env,
  });
  await terminal.shows('ready');
  terminal.hangUp();
  await terminal.exit();
  await onlyTheContainerRuns();
});

it("a container's own process goes on when its pane is left, and when the screen is", async () => {
  await using screen = await stand.open();
  screen.type('2');
  await screen.shows(/▌● +w3/);
  screen.type('a');
  await screen.shows(`5 ${container} · attach`);
  screen.type('\r');
  await screen.shows('/ #');
  screen.type(leave);
  await screen.shows(`left ${container} · attach: it goes on running`);
  screen.type('a');
  await screen.shows(`5 ${container} · attach`);
  screen.type('\r');
  await screen.shows('/ #');
  screen.terminal.hangUp();
  await screen.terminal.exit();
  expect(await running()).toEqual(['sh']);
});

it('a pane that is left leaves no process behind, though the container listens to nobody', async () => {
  await stand.gantry.must(
    'run',
    '-d',
    '--name',
    'deaf',
    'busybox',
    'sh',
    '-c',
    'echo ready; exec sleep 4712',
  );
  await using screen = await stand.open();
  screen.command('attach deaf');
  await screen.shows('5 deaf · attach');
  const joined = () => processes('attach', 'deaf');
  await until(() => joined().length > 0);
  screen.type(leave);
  await screen.shows('left deaf · attach: it goes on running');
  await until(() => joined().length === 0);
  expect(await stand.gantry.must('inspect', '-f', '{{.State.Running}}', 'deaf')).toBe('true\n');
  await stand.gantry.must('rm', '-f', 'deaf');
});

describe('the screen', () => {
  it('is refused to a terminal that cannot show it, in one line', async () => {
    const { argv, env } = stand.gantry;
    await using terminal = new PtyScreen({ argv: ['env', 'TERM=dumb', ...argv], env });
    await terminal.shows('TERM says this one is dumb');
    expect(await terminal.exit()).toBe(1);
    expect(terminal.emulator.text()).toMatch(/Use commands: gantry --help/);
  });

  it('is drawn in ASCII where the locale knows nothing else', async () => {
    const { argv, env } = stand.gantry;
    await using terminal = new PtyScreen({ argv, env: { ...env, LC_ALL: 'C' } });
    await terminal.shows(/\+- 1 Images -+ 1 \. [\s\S]*>\* {2}w3/);
    expect(terminal.emulator.text()).toMatch(/^[\n -~]*$/);
    terminal.type('q');
    expect(await terminal.exit()).toBe(0);
  });
});
