import { describe, expect, it } from 'vitest';
import { allCommands } from '../../../../src/app/commands/all-commands.ts';
import { commandIndex } from '../../../../src/app/commands/command-index.ts';
import { longName } from '../../../../src/app/commands/option-spec.ts';
import { parseDetachKeys } from '../../../../src/app/commands/parse-detach-keys.ts';

const commands = await allCommands();

describe('the index of commands', () => {
  it('says of every command what its declaration says', () => {
    const declared = commands.map(({ id, verbs, summary }) => ({ id, verbs, summary }));
    expect(commandIndex.map(({ id, verbs, summary }) => ({ id, verbs, summary }))).toEqual(declared);
  });

  it('has every ID and every verb once', () => {
    const ids = commandIndex.map(({ id }) => id);
    const verbs = commandIndex.flatMap((entry) => entry.verbs);
    expect(duplicates(ids)).toEqual([]);
    expect(duplicates(verbs)).toEqual([]);
  });

  it('shows verbs of one word at the top and those of two under their noun', () => {
    for (const { group, verbs } of commandIndex) expect(group === 'nested').toBe(verbs[0].includes(' '));
  });

  it('has what Docker has of the verbs in scope', () => {
    const verbs = new Set(commandIndex.flatMap((entry) => entry.verbs));
    const wanted =
      'build run create start stop restart kill pause unpause rename wait rm ps logs attach exec top stats inspect port images history rmi tag pull push load save import version info events doctor';
    const grouped = {
      container:
        'attach create exec inspect kill logs ls pause port prune rename restart rm run start stats stop top unpause wait',
      image: 'build history import inspect load ls prune pull push rm save tag',
      volume: 'create inspect ls prune rm',
      network: 'create inspect ls prune rm',
      system: 'df events info prune',
      builder: 'build prune',
    };
    const all = [
      ...wanted.split(' '),
      ...Object.entries(grouped).flatMap(([noun, list]) => list.split(' ').map((verb) => `${noun} ${verb}`)),
    ];
    expect(all.filter((verb) => !verbs.has(verb))).toEqual([]);
  });
});

describe('every declaration', () => {
  it('binds one key to one command in one place', () => {
    const bindings = commands.flatMap(({ keys = [] }) =>
      keys.flatMap(({ key, places }) => places.map((place) => `${place}: ${key}`)),
    );
    expect(duplicates(bindings)).toEqual([]);
  });

  it('has every option once, long and short, and none both taken and refused', () => {
    for (const { id, options, refused = {} } of commands) {
      const specs = Object.entries(options);
      const long = specs.flatMap(([key, { aliases = [] }]) => [longName(key), ...aliases]);
      const short = specs.flatMap(([, { short: letter }]) => letter ?? []);
      expect(duplicates([...long, ...short, ...Object.keys(refused)]), id).toEqual([]);
      for (const letter of short) expect(letter, id).toMatch(/^[a-zA-Z]$/);
    }
  });

  it('takes several words only as its last argument', () => {
    for (const { id, args } of commands) {
      const kinds = Object.values(args).map(({ kind }) => kind);
      const several = kinds.slice(0, -1).filter((kind) => kind !== 'one');
      expect(several, id).toEqual([]);
    }
  });

  it('has a first argument for what is selected', () => {
    for (const { id, on, args } of commands) {
      if (on === undefined) continue;
      expect(Object.values(args)[0]?.source, id).toMatch(new RegExp(`${on.kind}$`));
    }
  });

  it('acts on something, or asks for its words, where a key calls it', () => {
    for (const { id, keys, on, args } of commands) {
      if (keys === undefined || on !== undefined) continue;
      for (const [name, spec] of Object.entries(args)) {
        const asked = spec.kind === 'optional' || spec.kind === 'any' || spec.help !== undefined;
        expect(asked, `${id} ${name}`).toBe(true);
      }
    }
  });

  it('says what it does in one line without a full stop', () => {
    for (const { id, summary, options } of commands) {
      expect(summary, id).toMatch(/^[A-Z].{5,80}[^.]$/);
      for (const { help } of Object.values(options)) expect(help, id).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('gives a reason for every option it refuses', () => {
    for (const { id, refused = {} } of commands) {
      for (const reason of Object.values(refused)) expect(reason, id).toMatch(/^[^.]{5,}$/);
    }
  });
});

describe('detach keys', () => {
  it('are read as Docker writes them', () => {
    expect([...parseDetachKeys(undefined)]).toEqual([16, 17]);
    expect([...parseDetachKeys('ctrl-a,a,ctrl-@,ctrl-[')]).toEqual([1, 97, 0, 27]);
    expect([...parseDetachKeys('')]).toEqual([]);
    expect(() => parseDetachKeys('ctrl-1')).toThrow('unknown character');
  });
});

function duplicates(words: readonly string[]): readonly string[] {
  return words.filter((word, at) => words.indexOf(word) !== at);
}
