import { describe, expect, it } from 'vitest';
import { globalWords, noGlobals, splitArguments } from '../../../src/cli/global-options.ts';

const nothing = noGlobals;

describe('options before the command', () => {
  it('end where the command begins', () => {
    expect(splitArguments(['--root', '/x', '-y', 'ps', '--root', 'y', '-a'])).toEqual({
      globals: { ...nothing, root: '/x', yes: true },
      words: ['ps', '--root', 'y', '-a'],
    });
    expect(splitArguments(['--root=/x', '--debug', '--', 'ps']).words).toEqual(['ps']);
    expect(splitArguments([])).toEqual({ globals: nothing, words: [] });
  });

  it('are handed on to another gantry', () => {
    const words = ['--insecure-registry', 'a:1', '--root', '/x', '--insecure-registry=10.0.0.0/8'];
    const { globals } = splitArguments([...words, 'ps']);
    expect(globals.insecureRegistries).toEqual(['a:1', '10.0.0.0/8']);
    expect(globalWords(globals)).toEqual([
      '--root',
      '/x',
      '--insecure-registry',
      'a:1',
      '--insecure-registry',
      '10.0.0.0/8',
    ]);
    expect(globalWords(noGlobals)).toEqual([]);
  });

  it('take no name of every object for one of theirs', () => {
    expect(splitArguments(['constructor']).words).toEqual(['constructor']);
  });

  it('are refused in the words of Docker', () => {
    expect(() => splitArguments(['--nope=1', 'ps'])).toThrow('unknown flag: --nope');
    expect(() => splitArguments(['-x'])).toThrow("unknown shorthand flag: 'x' in -x");
    expect(() => splitArguments(['-H', 'tcp://x', 'ps'])).toThrow(
      expect.objectContaining({ hint: 'There is no daemon to connect to: the engine is built in.' }),
    );
    expect(() => splitArguments(['--root'])).toThrow('flag needs an argument: --root');
    expect(() => splitArguments(['--root', ''])).toThrow('flag needs an argument: --root');
  });
});
