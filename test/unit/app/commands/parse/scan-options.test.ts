import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flag, integer, list, text } from '../../../../../src/app/commands/option-spec.ts';
import { scanOptions } from '../../../../../src/app/commands/parse/scan-options.ts';
import { GantryError } from '../../../../../src/base/gantry-error.ts';

const options = {
  all: flag('All', { short: 'a' }),
  detach: flag('Detach', { short: 'd' }),
  publish: list('Publish', { short: 'p' }),
  name: text('Name', { short: 'n' }),
  noTrunc: flag('No trunc'),
  time: integer('Time', { short: 't', aliases: ['timeout'] }),
  pull: text('Pull', { bare: 'always' }),
};

const scan = (words: readonly string[], stopAtPositional = false) =>
  scanOptions({ options, refused: { gpus: 'no GPUs here', g: 'no GPUs here' }, stopAtPositional }, words);
const given = (...words: string[]) => Object.fromEntries(scan(words).given);
const problem = (...words: string[]): string => {
  try {
    scan(words);
  } catch (error) {
    expect(error).toBeInstanceOf(GantryError);
    expect((error as GantryError).exitCode).toBe(125);
    return `${(error as GantryError).message} ${(error as GantryError).hint ?? ''}`.trim();
  }
  return '';
};

describe('options of a command line', () => {
  it('are taken in every form of writing them', () => {
    expect(given('--name', 'x')).toEqual({ name: 'x' });
    expect(given('--name=x=y')).toEqual({ name: 'x=y' });
    expect(given('--name=')).toEqual({ name: '' });
    expect(given('-n', 'x')).toEqual({ name: 'x' });
    expect(given('-nx')).toEqual({ name: 'x' });
    expect(given('-n=x')).toEqual({ name: 'x' });
    expect(given('-ad')).toEqual({ all: true, detach: true });
    expect(given('-adp8080:80')).toEqual({ all: true, detach: true, publish: ['8080:80'] });
    expect(given('-p', '1', '-p2', '--publish', '3')).toEqual({ publish: ['1', '2', '3'] });
    expect(given('--no-trunc')).toEqual({ noTrunc: true });
    expect(given('-t', '-1')).toEqual({ time: -1 });
    expect(given('--timeout', '5')).toEqual({ time: 5 });
  });

  it('may say no to a flag', () => {
    expect(given('--all=false')).toEqual({ all: false });
    expect(given('-a=false', '--detach=1')).toEqual({ all: false, detach: true });
  });

  it('may leave a value out where that means something', () => {
    expect(given('--pull')).toEqual({ pull: 'always' });
    expect(given('--pull=never')).toEqual({ pull: 'never' });
    expect(scan(['--pull', 'x']).positionals).toEqual(['x']);
  });

  it('keep the last of two values', () => {
    expect(given('-n', 'a', '--name', 'b')).toEqual({ name: 'b' });
  });

  it('stand anywhere, until a double dash', () => {
    const { given: found, positionals, endOfOptionsAt } = scan(['one', '-a', 'two', '--', '-d', '--']);
    expect(Object.fromEntries(found)).toEqual({ all: true });
    expect(positionals).toEqual(['one', 'two', '-d', '--']);
    expect(endOfOptionsAt).toBe(2);
  });

  it('end at the first word where a command follows', () => {
    const { given: found, positionals } = scan(['-a', 'image', '-d', '--name', 'x'], true);
    expect(Object.fromEntries(found)).toEqual({ all: true });
    expect(positionals).toEqual(['image', '-d', '--name', 'x']);
  });

  it('leave a lone dash alone', () => {
    expect(scan(['-', '-a']).positionals).toEqual(['-']);
  });

  it('are refused in the words of Docker', () => {
    expect(problem('--zzzz')).toBe('unknown flag: --zzzz');
    expect(problem('-az')).toBe("unknown shorthand flag: 'z' in -az");
    expect(problem('--name')).toBe('flag needs an argument: --name');
    expect(problem('-an')).toBe("flag needs an argument: 'n' in -an");
    expect(problem('--all=maybe')).toBe(
      'invalid argument "maybe" for "-a, --all" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    );
    expect(problem('-t', 'x')).toBe(
      'invalid argument "x" for "-t, --time" flag: strconv.ParseInt: parsing "x": invalid syntax',
    );
  });

  it('name the one that was meant', () => {
    expect(problem('--publsh', '1')).toBe('unknown flag: --publsh Did you mean --publish?');
    expect(problem('--no-tru')).toContain('Did you mean --no-trunc?');
  });

  it('tell where those of gantry itself stand', () => {
    expect(problem('--root', '/x')).toContain('it goes before the command');
  });

  it('say why a known one is not taken', () => {
    expect(problem('--gpus', 'all')).toBe('--gpus is not supported: no GPUs here');
    expect(problem('-g')).toBe('-g is not supported: no GPUs here');
  });

  it('do not take a name of every object for an option', () => {
    expect(problem('--constructor')).toBe('unknown flag: --constructor');
    expect(problem('--__proto__=x')).toContain('unknown flag: --__proto__');
  });

  it('ask for help from anywhere', () => {
    expect(scan(['x', '--help']).help).toBe(true);
    expect(scan(['-h']).help).toBe(true);
  });

  it('either parse or are refused as usage, whatever the words', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('-', '--', '-a', '-p', '--name', '--pull', '-t', '=', '--=', '-='),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.boolean(), (words, stop) => {
        try {
          scan(words, stop);
        } catch (error) {
          expect((error as GantryError).kind).toBe('usage');
        }
      }),
    );
  });
});
