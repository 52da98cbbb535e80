import { describe, expect, it } from 'vitest';
import { expectFrame } from '../support/expect-frame.ts';
import { FakeEngine, fakeNow } from '../support/fake-engine.ts';
import { type MountedScreen, mountScreen } from '../support/mount-screen.ts';

function engineWithMore(): FakeEngine {
  const engine = new FakeEngine();
  const createdAt = new Date(fakeNow - 3 * 3600 * 1000).toISOString();
  const [web] = engine.containerList;
  const volume = (name: string, usedBy: readonly string[]) => ({
    name,
    anonymous: false,
    driver: 'local' as const,
    mountpoint: `/var/lib/gantry/volumes/${name}`,
    createdAt,
    labels: {},
    usedBy,
  });
  engine.volumeList = [volume('data', [web?.id ?? '']), volume('old-cache', [])];
  engine.networkList = [
    {
      id: '0123456789ab',
      name: 'backend',
      driver: 'bridge',
      pools: [{ subnet: '10.99.1.0/24', gateway: '10.99.1.1' }],
      internal: false,
      attachable: false,
      options: {},
      createdAt,
      labels: {},
      endpoints: { [web?.id ?? '']: { address: '10.99.1.2' } },
    },
  ];
  return engine;
}

/** What a terminal sends for the left button or the wheel over the first cell of a text. */
function mouseOver(screen: MountedScreen, text: string, button = 0): string {
  const row = screen.emulator.lines().findIndex((line) => line.includes(text));
  const column = screen.emulator.lines()[row]?.indexOf(text) ?? -1;
  expect(row, text).toBeGreaterThanOrEqual(0);
  return `\u001b[<${button};${column + 1};${row + 1}M`;
}
const wheelUp = 64;
const wheelDown = 65;

describe('places', () => {
  it('lists volumes with their keys in the place of the images', async () => {
    await using screen = await mountScreen({ engine: engineWithMore() });
    await screen.press(':', 'volumes\r');
    await screen.shows(/6 Volumes[\s\S]*data +web[\s\S]*old-cache/);
    await expectFrame(screen, 'volumes');
    await screen.press('j', 'd');
    await screen.shows('old-cache');
    await screen.press('y');
    await screen.lacks('old-cache  ');
    expect(screen.engine.calls).toEqual(['volume.remove old-cache']);
    await screen.press('/', 'nothing\r');
    await screen.shows('Nothing matches');
    await screen.press('\u001b', '\u001b');
    await screen.shows('1 Images');
    expect(screen.screen.view.state.focus).toBe('images');
  });

  it('lists networks, and goes between the places by number and by name', async () => {
    await using screen = await mountScreen({ engine: engineWithMore() });
    await screen.press('7');
    await screen.shows(/7 Networks[\s\S]*backend +bridge +10\.99\.1\.0\/24/);
    await screen.press('6');
    await screen.shows('6 Volumes');
    await screen.press('\t');
    expect(screen.screen.view.state.focus).toBe('containers');
    await screen.press(':', 'images\r');
    await screen.shows('1 Images');
    expect(screen.screen.view.state.focus).toBe('images');
    await screen.press(':', 'containers\r');
    expect(screen.screen.view.state.focus).toBe('containers');
  });

  it('says what to do where there are none', async () => {
    await using screen = await mountScreen();
    await screen.press('6');
    await screen.shows('No volumes yet');
    await screen.shows('c makes one');
  });
});

describe('the mouse', () => {
  it('gives the keys to a pane and selects a row in it', async () => {
    await using screen = await mountScreen();
    await screen.shows('migrate');
    await screen.press(mouseOver(screen, 'debian:12'));
    await screen.shows(/▌○ +debian:12/);
    expect(screen.screen.view.state.focus).toBe('images');
    await screen.press(mouseOver(screen, 'migrate'));
    await screen.shows(/▌○ +migrate/);
    await screen.press(mouseOver(screen, '4 Logs'));
    expect(screen.screen.view.state.focus).toBe('logs');
  });

  it('moves by the wheel what lies below it', async () => {
    await using screen = await mountScreen();
    for (let line = 1; line <= 100; line += 1) screen.engine.log('web', `line ${line} of many`);
    await screen.shows('line 100 of many');
    await screen.press(mouseOver(screen, 'line 100 of many', wheelUp));
    await screen.lacks('line 100 of many');
    await screen.shows('line 97 of many');
    await screen.press('?', `\u001b[<${wheelDown};60;20M`);
    expect(screen.screen.view.state.overlays).toMatchObject([{ kind: 'help', top: 3 }]);
  });

  it('is left to the terminal where the user wants that, and stays so', async () => {
    await using first = await mountScreen();
    await first.shows('migrate');
    await first.press(':', 'mouse\r');
    await first.press(mouseOver(first, 'debian:12'));
    expect(first.screen.view.state.focus).toBe('containers');
    expect(first.emulator.terminal.modes.mouseTrackingMode).toBe('none');
    await first.screen.files.flush();
    await using second = await mountScreen({ home: first.home });
    expect(second.screen.view.state.mouse).toBe(false);
    await second.press(':', 'mouse\r');
    expect(second.emulator.terminal.modes.mouseTrackingMode).toBe('vt200');
  });

  it('goes to a program that wants it', async () => {
    const program = [
      '/bin/sh',
      '-c',
      'printf "\\033[?1000h\\033[?1006h"; stty raw -echo; echo ready; head -c 9 | od -An -c > "$HOME/mouse"; echo got it; sleep 60',
      'gantry',
    ] as const;
    await using screen = await mountScreen({ selfCommand: program, cwd: '/' });
    await screen.press('2', 'e');
    await screen.shows('ready');
    await screen.settle();
    await screen.press(mouseOver(screen, 'ready'));
    await screen.shows('got it');
    await screen.press(mouseOver(screen, 'debian:12'));
    expect(screen.screen.view.state.focus).toBe('images');
  });
});
