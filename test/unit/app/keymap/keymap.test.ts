import { describe, expect, it } from 'vitest';
import { allCommands } from '../../../../src/app/commands/all-commands.ts';
import { type Command, defineCommand } from '../../../../src/app/commands/define-command.ts';
import type { KeyPlace } from '../../../../src/app/commands/subject.ts';
import { whyNot } from '../../../../src/app/keymap/availability.ts';
import { hintsFor } from '../../../../src/app/keymap/hints.ts';
import { isKeyName } from '../../../../src/app/keymap/key-name.ts';
import { buildKeymap, keysOf, lookupKey } from '../../../../src/app/keymap/keymap.ts';
import { viewCommands } from '../../../../src/tui/commands/view-commands.ts';
import { sampleContainers, sampleImages } from '../../../support/sample-objects.ts';

function command(id: string, key: string, places: readonly KeyPlace[], more: Partial<Command> = {}): Command {
  return {
    ...defineCommand({
      id,
      verbs: [id.replace('.', ' '), id.split('.').at(-1) ?? id],
      summary: id,
      args: {},
      options: {},
      keys: [{ key, places }],
      run: async () => ({ kind: 'none' }),
    }),
    ...more,
  };
}

describe('keymap', () => {
  it('finds a key in its place first, then everywhere', () => {
    const keymap = buildKeymap([
      command('a.stop', 's', ['containers']),
      command('a.save', 's', ['everywhere']),
    ]);
    expect(lookupKey(keymap, 'containers', 's')?.command.id).toBe('a.stop');
    expect(lookupKey(keymap, 'images', 's')?.command.id).toBe('a.save');
    expect(lookupKey(keymap, undefined, 's')?.command.id).toBe('a.save');
    expect(lookupKey(keymap, 'images', 'x')).toBeUndefined();
  });

  it('leaves a key to the first that wants it, and says so', () => {
    const keymap = buildKeymap([command('a.stop', 's', ['images']), command('a.save', 's', ['images'])]);
    expect(lookupKey(keymap, 'images', 's')?.command.id).toBe('a.stop');
    expect(keymap.problems).toEqual(['a.save: s in images already means a.stop']);
  });

  it("prefers a user's own keys, also where another command declared them", () => {
    const commands = [command('a.stop', 's', ['images']), command('a.save', 'w', ['images'])];
    const keymap = buildKeymap(commands, { 'a.save': ['s', 'no key'] });
    expect(lookupKey(keymap, 'images', 's')?.command.id).toBe('a.save');
    expect(keysOf(keymap, 'a.save')).toEqual(['s']);
    expect(keymap.problems).toContain('a.save: "no key" is not a key');
  });

  it('takes keys away with an empty list', () => {
    expect(buildKeymap([command('a.stop', 's', ['images'])], { 'a.stop': [] }).bindings).toEqual([]);
  });

  it('holds no contradiction among all commands and views', async () => {
    const views = viewCommands(() => {
      throw new Error('not run');
    });
    expect(buildKeymap([...(await allCommands()), ...views]).problems).toEqual([]);
  });
});

describe('key names', () => {
  it.each(['s', 'S', '?', ':', 'é', 'ctrl-r', 'alt-1', 'ctrl-alt-x', 'shift-tab', 'f5', 'space', '-'])(
    'takes %s',
    (name) => {
      expect(isKeyName(name)).toBe(true);
    },
  );
  it.each(['', 'ctrl', 'ctrl-', 'shift-s', 'f13', 'a b', 'meta-x', '\u0001'])('refuses %j', (name) => {
    expect(isKeyName(name)).toBe(false);
  });
});

describe('hints', () => {
  const stop = command('a.stop', 's', ['containers'], {
    on: { kind: 'container', refuse: ({ state }) => (state === 'running' ? undefined : 'it is not running') },
  });
  const build = command('a.build', 'b', ['everywhere'], { needs: ['image.build'] });
  const keymap = buildKeymap([build, stop]);
  const [web, , , migrate] = sampleContainers();

  it("begin with the place's own keys and give the reason of what is greyed", () => {
    const selected = { kind: 'container', subject: migrate! } as const;
    expect(hintsFor(keymap, 'containers', { 'image.build': 'no runtime' }, selected)).toEqual([
      { key: 's', label: 'stop', commandId: 'a.stop', reason: 'it is not running' },
      { key: 'b', label: 'build', commandId: 'a.build', reason: 'no runtime' },
    ]);
  });

  it('have no reason where the command works', () => {
    const selected = { kind: 'container', subject: web! } as const;
    expect(hintsFor(keymap, 'containers', {}, selected).map(({ reason }) => reason)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('say when nothing, or another kind of thing, is selected', () => {
    expect(whyNot(stop, {}, undefined)).toBe('no container is selected');
    expect(whyNot(stop, {}, { kind: 'image', subject: sampleImages()[0]! })).toBe('no container is selected');
  });
});
