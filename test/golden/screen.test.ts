import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GantryError } from '../../src/base/gantry-error.ts';
import { expectFrame } from '../support/expect-frame.ts';
import { type MountedScreen, type MountOptions, mountScreen } from '../support/mount-screen.ts';

/** Mounts a screen with a log and readings of `web`, and waits until all of it is shown. */
async function mounted(options: MountOptions = {}): Promise<MountedScreen> {
  const screen = await mountScreen(options);
  for (let line = 1; line <= 12; line += 1) {
    screen.engine.log(
      'web',
      `\u001b[36mGET\u001b[m /api/things/${line} \u001b[32m200\u001b[m ${line * 7} ms`,
    );
  }
  screen.engine.log('web', 'warning: the disk is nearly full', 'stderr');
  await screen.settle();
  for (const [cpu, memory] of [
    [12.5, 48e6],
    [30, 50e6],
    [20, 52e6],
  ] as const)
    screen.engine.reading('web', cpu, memory);
  await screen.settle();
  return screen;
}

describe('screen', () => {
  it('shows four panes', async () => {
    await using screen = await mounted();
    await expectFrame(screen, 'four-panes');
  });

  it('shows its chrome before the engine has answered', async () => {
    const engine = (await import('../support/fake-engine.ts')).FakeEngine;
    const slow = new engine();
    slow.images.list = () => new Promise(() => undefined);
    slow.containers.list = () => new Promise(() => undefined);
    await using screen = await mountScreen({ engine: slow });
    await screen.settle();
    await expectFrame(screen, 'first-frame');
  });

  it('lets ages go on while nothing else happens', async () => {
    const { FakeEngine, fakeNow } = await import('../support/fake-engine.ts');
    const engine = new FakeEngine();
    const startedAt = new Date(fakeNow - 30_000).toISOString();
    engine.containerList = engine.containerList.map((container) => ({ ...container, startedAt }));
    let nowMs = fakeNow;
    await using screen = await mountScreen({ engine, now: () => nowMs });
    await screen.shows('up 30s');
    nowMs += 4000;
    await screen.shows('up 34s');
    expect(screen.emulator.text()).not.toContain('up 30s');
  });

  it('moves the focus and the selection', async () => {
    await using screen = await mounted();
    await screen.press('1', 'j', 'j');
    await expectFrame(screen, 'focus-images');
    await screen.press('\t', '\t', 'G');
    await expectFrame(screen, 'focus-layers');
  });

  it('filters a list while the words are typed, and says when nothing matches', async () => {
    await using screen = await mounted();
    await screen.press('2', '/', 'a', 'p', 'i');
    await expectFrame(screen, 'filter-typing');
    await screen.press('\r');
    await screen.shows('/api  2 of 5');
    await screen.press('/', 'x', 'x', '\r');
    await screen.shows('Nothing matches');
    await screen.press('\u001b');
    await screen.shows('2 running · 5');
  });

  it('shows every key', async () => {
    await using screen = await mounted();
    await screen.press('?');
    await expectFrame(screen, 'help');
  });

  it('finds commands by name', async () => {
    await using screen = await mounted();
    await screen.press('\u0010', 'start');
    await expectFrame(screen, 'palette');
  });

  it('asks before it removes, with what would go', async () => {
    await using screen = await mounted();
    await screen.press('1', 'D');
    await screen.shows('Are you sure');
    await expectFrame(screen, 'confirm-prune');
    await screen.press('n');
    expect(screen.engine.calls).toEqual([]);
    await screen.press('D', 'y');
    await screen.lacks('Are you sure');
    expect(screen.engine.calls).toEqual(['image.prune']);
  });

  it('asks before what cannot be undone, and not before what can', async () => {
    await using screen = await mounted();
    await screen.press('2', 'K');
    await screen.shows('Kill web?');
    await screen.press('n');
    expect(screen.engine.calls).toEqual([]);
    await screen.press('r');
    await screen.shows('✓ gantry restart web');
    expect(screen.engine.calls).toEqual(['container.restart web']);
  });

  it('shows ports on a terminal of 80 columns, where a container publishes some', async () => {
    await using screen = await mounted({ columns: 80, rows: 24 });
    await screen.shows('8080→80');
    await expectFrame(screen, 'eighty-columns');
  });

  it('shows the processes of a container in lines that fit on 80 columns', async () => {
    const { FakeEngine } = await import('../support/fake-engine.ts');
    const engine = new FakeEngine();
    engine.containers.top = async () => ({
      titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
      rows: [['root', '9965', '9958', '0', '14:02', '?', '00:00:00', 'sleep 1000000']],
    });
    await using screen = await mounted({ engine, columns: 80, rows: 24 });
    await screen.press(':', 'top web\r');
    await screen.shows(/root +9965 +9958 +0 +14:02 +\? +00:00:00 +sleep 1000000/);
  });

  it('says which plugins are broken, and why', async () => {
    await using screen = await mountScreen({ pluginWarnings: ['plugin x: boom', 'plugin y: bang'] });
    await screen.shows('plugin x: boom (and 1 more) — :plugin ls tells of all');
  });

  it('keeps its columns where they are while a container comes and goes', async () => {
    const { FakeEngine } = await import('../support/fake-engine.ts');
    const engine = new FakeEngine();
    await using screen = await mounted({ engine, columns: 80, rows: 24 });
    const place = () =>
      screen.emulator
        .text()
        .split('\n')
        .find((line) => line.includes('PORTS'))
        ?.indexOf('PORTS');
    const [web, ...others] = engine.containerList;
    if (web === undefined) throw new Error('no container');
    const states = ['exited', 'running', 'restarting'] as const;
    const { id, name, image } = web;
    const died = { type: 'container.died', id, name, image, exitCode: 1 } as const;
    engine.containerList = [{ ...web, state: 'restarting', exitCode: 137 }, ...others];
    engine.emit(died);
    await screen.shows('restarting');
    const before = place();
    for (const state of states) {
      engine.containerList = [{ ...web, state, exitCode: 1 }, ...others];
      engine.emit(died);
      await screen.settle();
      expect(place()).toBe(before);
    }
  });

  it('acts upon all that are marked and that it applies to, in one call', async () => {
    await using screen = await mounted();
    await screen.press('2', ' ', 'j', ' ', ' ');
    await screen.shows('3 marked · 2 running · 5');
    await screen.press('k', ' ');
    await screen.shows('2 marked');
    await screen.press('k', 'k', 'k', 'j');
    await expectFrame(screen, 'marked');
    await screen.press('d');
    await screen.shows(/web {2}web:1 {2}running[\s\S]*web, worker run and stay: stop them first\./);
    await screen.press('n');
    await screen.press('S');
    await screen.shows('start: web is running');
    await screen.press('s');
    await screen.shows('✓ gantry stop web worker');
    expect(screen.engine.calls).toEqual(['container.stop web', 'container.stop worker']);
    await screen.press('\u001b', '\u001b');
    await screen.lacks('marked');
  });

  it('says what goes with an image, and what does not', async () => {
    await using screen = await mounted();
    screen.engine.imageList = screen.engine.imageList.map((image) => ({ ...image, containers: 0 }));
    screen.engine.emit({ type: 'gap' });
    await screen.press('1');
    await screen.lacks('●  web:1');
    await screen.press('d');
    await screen.shows('Only the name goes: the image has others.');
    await screen.press('n', 'j', 'j', 'd');
    await screen.shows('Layers no other image needs go with it.');
  });

  it('says that no command is called so', async () => {
    await using screen = await mountScreen();
    await screen.press('\u0010', 'xyzzy');
    await screen.shows('No command has “xyzzy”');
    await screen.press('\r');
    await screen.lacks('xyzzy');
  });

  it.each(['q', 'quit', 'exit'])('is left by :%s', async (word) => {
    await using screen = await mountScreen();
    await screen.press(`:${word}\r`);
    expect(await screen.ended).toBe(0);
  });

  it('asks for what a build and a run need', async () => {
    await using screen = await mounted();
    await screen.press('1', 'b');
    await expectFrame(screen, 'form-build');
    await screen.press('\u001b', 'r', '\t', 'site', '\t', '8080:80');
    await expectFrame(screen, 'form-run');
  });

  it('shows the fields around the cursor of a form that is taller than the screen', async () => {
    await using screen = await mounted({ columns: 60, rows: 15 });
    await screen.press('1', 'r');
    await screen.shows('▌ Image');
    await screen.press('\u001b[Z');
    await screen.shows('▌ Remove when it ends');
    expect(screen.emulator.text()).not.toContain('▌ Image');
  });

  it('says what is wrong in a form, and keeps it', async () => {
    await using screen = await mounted();
    await screen.press('1', 'p', '\r');
    await screen.shows('Image is needed');
    await expectFrame(screen, 'form-problem');
  });

  it('keeps all that was typed when what a form asks for fails, and says why in it', async () => {
    await using screen = await mounted({ columns: 100, rows: 30 });
    screen.engine.failure = new GantryError({
      kind: 'conflict',
      code: 'name-in-use',
      message: 'Conflict. The container name "/site" is already in use by container "0123456789ab".',
      hint: 'choose another name',
    });
    await screen.press('1', 'r', '\t', 'site', '\t', '8080:80', '\r');
    await screen.shows('choose another name');
    await expectFrame(screen, 'form-failed');
    await screen.press('\u001b[Z', '2', '\r');
    await screen.lacks('Run a container');
    expect(screen.engine.calls.at(-2)).toContain('"name":"site2"');
    expect(screen.engine.calls.at(-2)).toContain('8080');
  });

  it('brings the form of a build back below its failure', async () => {
    const { FakeEngine } = await import('../support/fake-engine.ts');
    const engine = new FakeEngine();
    const gate = Promise.withResolvers<void>();
    engine.buildWork = async (emit) => {
      emit({ kind: 'graph', vertices: [] });
      await gate.promise;
      throw new GantryError({ kind: 'failed', code: 'step', message: 'make returned 2' });
    };
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    await screen.press('b', '../gol\t\t', 'app:1\r');
    await screen.shows('x cancel');
    gate.resolve();
    await screen.shows('✗ make returned 2');
    await screen.press('\u001b');
    await screen.shows('Build an image');
    await screen.shows('make returned 2');
    await screen.shows('app:1');
    await screen.shows('../golden');
    await screen.press('\u001b');
    await screen.lacks('Build an image');
  });

  it('tells at a second way which names a path could go on with, and goes on at the next tab', async () => {
    await using screen = await mountScreen({ cwd: join(import.meta.dirname, '..') });
    await screen.press('b', '\u0015', 'co\t');
    await screen.shows(/Folder +con/);
    await screen.press('\t');
    await screen.shows('conformance/ contract/');
    await screen.press('\t', 'app:1');
    await screen.shows(/▌ Name and tag +app:1/);
    await screen.lacks('conformance/ contract/');
  });

  it('keeps what was said, to be read again', async () => {
    await using screen = await mounted();
    screen.engine.failure = new GantryError({
      kind: 'conflict',
      code: 'busy',
      message: 'it is busy',
      hint: 'wait a little',
    });
    await screen.press('2', 's');
    await screen.shows('✗ it is busy');
    await screen.press('j');
    await screen.lacks('it is busy');
    await screen.press('M');
    await screen.shows(/Messages[\s\S]*\d\d:\d\d:\d\d {2}✗ it is busy[\s\S]*wait a little/);
  });

  it('says at the form that a folder is none', async () => {
    await using screen = await mounted();
    await screen.press('b', 'nowhere/at/all', '\r');
    await screen.shows(/Build an image[\s\S]*nowhere\/at\/all[\s\S]*nowhere\/at\/all/);
    await screen.shows('enter go');
  });

  it('offers the ports an image listens on', async () => {
    await using screen = await mounted();
    const { inspect } = screen.engine.images;
    screen.engine.images.inspect = async (reference) => {
      const image = await inspect(reference);
      const config = { ...image.config, config: { ExposedPorts: { '80/tcp': {}, '53/udp': {} } } };
      return { ...image, config };
    };
    await screen.press('1', 'r');
    await screen.shows('80:80 53:53/udp  (→ takes it)');
    await screen.press('\t', '\t', '\u001b[C', ' 90:90', '\r');
    await screen.lacks('Run a container');
    const created = screen.engine.calls.find((call) => call.startsWith('container.create')) ?? '';
    for (const port of ['80', '53', '90']) expect(created).toContain(`"hostPort":${port}`);
  });

  it('proposes how a command line could go on', async () => {
    await using screen = await mounted();
    await screen.press(':', 'stop ');
    await expectFrame(screen, 'command-line');
  });

  it('reads a log with a search, times and without wrapping', async () => {
    await using screen = await mounted();
    screen.engine.log('web', `a long line: ${'0123456789 '.repeat(20)}`);
    await screen.press('4', 't', '/', 'things/1', '\r');
    await expectFrame(screen, 'log-search');
    await screen.press('n', 'w');
    await expectFrame(screen, 'log-next-unwrapped');
  });

  it('begins each search in a log with nothing, and looks for it in that log alone', async () => {
    await using screen = await mounted();
    await screen.press('4', '/', '日本', '\r');
    expect(screen.screen.view.state.logs.search).toBe('日本');
    await screen.press('/', '2999', '\r');
    expect(screen.screen.view.state.logs.search).toBe('2999');
    await screen.press('/', 'x', '\u001b');
    await screen.settle();
    expect(screen.screen.view.state.logs.search).toBe('2999');
    await screen.press('2', 'j');
    await screen.settle();
    expect(screen.screen.view.state.logs).toMatchObject({ search: '', hit: undefined });
  });

  it('draws processor and memory', async () => {
    await using screen = await mounted();
    await screen.press('m');
    await screen.shows('memory (MB)');
    for (let reading = 0; reading < 40; reading += 1) {
      screen.engine.reading('web', 30 + 25 * Math.sin(reading / 6), 48e6 + reading * 3e5);
    }
    await screen.settle();
    await expectFrame(screen, 'charts');
  });

  it('says in one place that the terminal is too small, and comes back', async () => {
    await using screen = await mounted();
    await screen.resize(20, 5);
    await expectFrame(screen, 'too-small');
    await screen.resize(40, 8);
    await expectFrame(screen, 'one-pane');
    await screen.press('\t', '\t');
    await screen.shows('4 Logs');
    await screen.press('2', ':', 'st', '\u001b', '?', '\u001b', 'd');
    await screen.shows('What it wrote is lost.');
    await screen.press('n');
    await screen.resize(60, 15);
    await expectFrame(screen, 'smallest');
    await screen.resize(120, 40);
    await expectFrame(screen, 'four-panes');
  });

  it('has a light theme', async () => {
    await using screen = await mounted();
    await screen.press('T');
    await screen.shows('theme Light');
    await expectFrame(screen, 'light');
  });

  it.each([
    ['without colours', { NO_COLOR: '1' }, 'no-color'],
    ['with sixteen colours', { COLORTERM: '', TERM: 'xterm' }, 'colours-16'],
    ['with 256 colours', { COLORTERM: '', TERM: 'xterm-256color' }, 'colours-256'],
  ])('shows everything %s', async (_title, env, name) => {
    await using screen = await mounted({ env });
    await expectFrame(screen, name);
  });

  it('says what to do where there is nothing yet', async () => {
    const { FakeEngine } = await import('../support/fake-engine.ts');
    const engine = new FakeEngine();
    engine.imageList = [];
    engine.containerList = [];
    await using screen = await mountScreen({ engine, columns: 100, rows: 30 });
    await screen.shows('No images yet');
    await screen.lacks('loading…');
    await expectFrame(screen, 'empty');
  });
});
