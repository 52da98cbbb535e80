import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mountScreen } from '../support/mount-screen.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gantry-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('finds theme, sizes, log view, filters and history again', async () => {
  {
    await using first = await mountScreen({ home });
    await first.press('T', '>', 'm', '1', '/', 'web', '\r', '4', 't', 'w');
    await first.press(':', 'stop nobody', '\r');
    await first.shows('No such container: nobody');
  }
  await using second = await mountScreen({ home });
  await second.shows('/web  2 of 5');
  await second.shows('Charts');
  const { theme, sizes, logs } = second.screen.view.state;
  expect([theme, sizes.left, sizes.charts, logs.wrap, logs.timestamps]).toEqual([
    'light',
    0.46,
    true,
    false,
    true,
  ]);
  await second.press(':', '\u001b[A');
  await second.shows(': stop nobody');
});

it("takes the user's own keys", async () => {
  mkdirSync(join(home, 'config'));
  writeFileSync(
    join(home, 'config', 'preferences.json'),
    JSON.stringify({ keys: { 'container.stop': ['X'] } }),
  );
  await using screen = await mountScreen({ home });
  await screen.shows('X stop');
  await screen.press('2', 's');
  expect(screen.engine.calls).toEqual([]);
  await screen.press('X');
  expect(screen.engine.calls).toEqual(['container.stop web']);
});

it('starts with a broken file as with none', async () => {
  mkdirSync(join(home, 'config'));
  writeFileSync(join(home, 'config', 'preferences.json'), '{"theme": "li');
  await using screen = await mountScreen({ home });
  expect(screen.screen.view.state.theme).toBe('dark');
});
