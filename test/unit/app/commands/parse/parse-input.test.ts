import { describe, expect, it } from 'vitest';
import { many, one, optional, rest } from '../../../../../src/app/commands/argument-spec.ts';
import { type Command, defineCommand } from '../../../../../src/app/commands/define-command.ts';
import { flag, integer, list, text } from '../../../../../src/app/commands/option-spec.ts';
import { parseInput } from '../../../../../src/app/commands/parse/parse-input.ts';
import type { GantryError } from '../../../../../src/base/gantry-error.ts';

const none = async () => ({ kind: 'none' }) as const;
const about = { id: 'test.one', verbs: ['one'], summary: 'Do one' } as const;
const options = {
  all: flag('All', { short: 'a' }),
  proxy: flag('Proxy', { initial: true }),
  env: list('Env', { short: 'e' }),
  name: text('Name'),
  pull: text('Pull', { initial: 'missing' }),
  last: integer('Last', { initial: -1 }),
};
const runLike = defineCommand({
  ...about,
  args: { image: one('IMAGE'), command: rest('[COMMAND] [ARG...]') },
  options,
  run: none,
});
const execLike = defineCommand({
  ...about,
  args: { container: one('CONTAINER'), command: rest('COMMAND [ARG...]', { minimum: 1 }) },
  options: {},
  run: none,
});
const stopLike = defineCommand({ ...about, args: { names: many('NAME') }, options, run: none });
const listLike = defineCommand({ ...about, args: { name: optional('NAME') }, options, run: none });
const renameLike = defineCommand({
  ...about,
  args: { from: one('FROM'), to: one('TO') },
  options: {},
  run: none,
});

const read = (command: Command, ...words: string[]) => {
  const parsed = parseInput(command, words, 'one');
  if (parsed.help) throw new Error('help');
  return parsed.input;
};
const problem = (command: Command, ...words: string[]): readonly [string, number] => {
  try {
    read(command, ...words);
  } catch (error) {
    return [(error as GantryError).message, (error as GantryError).exitCode];
  }
  return ['', 0];
};

describe('the words of a command', () => {
  it('have every option, given or not', () => {
    expect(read(listLike).options).toEqual({
      all: false,
      proxy: true,
      env: [],
      name: undefined,
      pull: 'missing',
      last: -1,
    });
    expect(read(listLike, '-a', '--proxy=false', '--last', '3').options).toMatchObject({
      all: true,
      proxy: false,
      last: 3,
    });
  });

  it('fill arguments in their order', () => {
    expect(read(renameLike, 'a', 'b').args).toEqual({ from: 'a', to: 'b' });
    expect(read(stopLike, 'a', '-a', 'b').args).toEqual({ names: ['a', 'b'] });
    expect(read(listLike).args).toEqual({ name: undefined });
  });

  it('leave the command of a container untouched', () => {
    const { args, options: found, literal } = read(runLike, '-a', 'web', 'ls', '-la', '--name', 'x');
    expect(args).toEqual({ image: 'web', command: ['ls', '-la', '--name', 'x'] });
    expect(found['all']).toBe(true);
    expect(found['name']).toBeUndefined();
    expect(literal).toBe(false);
  });

  it('take all after a double dash for the command', () => {
    expect(read(runLike, 'web', '--', '-d')).toMatchObject({ args: { command: ['-d'] }, literal: true });
    expect(read(runLike, 'web', '--', '--', 'x')).toMatchObject({ args: { command: ['--', 'x'] } });
    expect(read(runLike, '-a', '--', 'web', '-d')).toMatchObject({
      args: { image: 'web', command: ['-d'] },
      literal: true,
    });
    expect(read(execLike, 'web', '--', 'ls').args).toEqual({ container: 'web', command: ['ls'] });
  });

  it('are counted in the words and with the status of Docker', () => {
    expect(problem(defineCommand({ ...about, args: {}, options: {}, run: none }), 'x')).toEqual([
      "'gantry one' accepts no arguments",
      1,
    ]);
    expect(problem(runLike)).toEqual(["'gantry one' requires at least 1 argument", 1]);
    expect(problem(execLike, 'x')).toEqual(["'gantry one' requires at least 2 arguments", 1]);
    expect(problem(renameLike, 'x')).toEqual(["'gantry one' requires 2 arguments", 1]);
    expect(problem(renameLike, 'x', 'y', 'z')).toEqual(["'gantry one' requires 2 arguments", 1]);
    expect(problem(listLike, 'x', 'y')).toEqual(["'gantry one' requires at most 1 argument", 1]);
  });

  it('ask for help without being counted', () => {
    expect(parseInput(runLike, ['--help']).help).toBe(true);
    expect(read(runLike, 'web', '--help').args).toMatchObject({ command: ['--help'] });
  });
});
