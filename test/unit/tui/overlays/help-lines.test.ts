import { expect, it } from 'vitest';
import { allCommands } from '../../../../src/app/commands/all-commands.ts';
import { buildKeymap } from '../../../../src/app/keymap/keymap.ts';
import { viewCommands } from '../../../../src/tui/commands/view-commands.ts';
import { helpLines } from '../../../../src/tui/overlays/help-lines.ts';

it('the help lists every key, at every place where it means something', async () => {
  const own = viewCommands(() => {
    throw new Error('no screen');
  });
  const keymap = buildKeymap([...(await allCommands([], () => undefined)), ...own], {});
  const lines = helpLines(keymap, undefined);
  expect(keymap.bindings.length).toBeGreaterThan(50);
  for (const { key, command } of keymap.bindings) {
    const rows = lines.filter(
      (line) => line.kind === 'keys' && line.verb === command.verbs[0] && line.keys.split(' ').includes(key),
    );
    const places = keymap.bindings.filter((other) => other.key === key && other.command === command).length;
    expect(rows, `${key} of ${command.id}`).toHaveLength(places);
  }
});
