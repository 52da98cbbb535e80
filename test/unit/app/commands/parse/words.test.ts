import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestWord } from '../../../../../src/app/commands/parse/closest-word.ts';
import { findCommand } from '../../../../../src/app/commands/parse/find-command.ts';
import { parseBytes } from '../../../../../src/app/commands/parse/parse-bytes.ts';
import { parseDuration } from '../../../../../src/app/commands/parse/parse-duration.ts';
import { splitLine } from '../../../../../src/app/commands/parse/split-line.ts';

describe('a size', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['512m', 512 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['2GB', 2 * 1024 ** 3],
    ['3 KiB', 3 * 1024],
    ['7b', 7],
    ['-1', -1],
  ])('%s is %d bytes', (text, sizeBytes) => {
    expect(parseBytes(text)).toBe(sizeBytes);
  });

  it.each(['', 'x', '-2', '1x', '1mm', 'm', '1..2m', '99999999999999999p'])('%s is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['30s', 30e9],
    ['1m30s', 90e9],
    ['1h2m3.5s', 3723.5e9],
    ['300ms', 3e8],
    ['-1s', -1e9],
    ['.5s', 5e8],
    ['10us', 1e4],
  ])('%s is %d ns', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each(['', '5', 's', '1d', '1s5', 'x'])('%s is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('a typed line', () => {
  it('is split as a shell does it', () => {
    expect(splitLine('  run  -it web\tsh ')).toEqual(['run', '-it', 'web', 'sh']);
    expect(splitLine(`run web sh -c 'echo "a b"'`)).toEqual(['run', 'web', 'sh', '-c', 'echo "a b"']);
    expect(splitLine(`a"b c"d '' "\\"" \\ x`)).toEqual(['ab cd', '', '"', ' x']);
    expect(splitLine('"a\\nb" \\n')).toEqual(['a\\nb', 'n']);
    expect(splitLine('')).toEqual([]);
  });

  it('must close what it opens', () => {
    expect(() => splitLine('run "web')).toThrow('is not closed');
  });

  it('gives back the words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitLine(line)).toEqual(words);
      }),
    );
  });
});

describe('the closest word', () => {
  it('is at most two letters off', () => {
    expect(closestWord('puhs', ['pull', 'push', 'ps'])).toBe('push');
    expect(closestWord('imgaes', ['images', 'inspect'])).toBe('images');
    expect(closestWord('xyz', ['pull', 'push'])).toBeUndefined();
  });
});

describe('a command', () => {
  it('is found by all its names, the longest first', () => {
    for (const words of [['ps'], ['container', 'ls'], ['container', 'list'], ['container', 'ps']]) {
      expect(findCommand([...words, '-a'])).toMatchObject({
        kind: 'command',
        entry: { id: 'container.list' },
        called: words.join(' '),
        words: ['-a'],
      });
    }
  });

  it('is a group where the noun stands alone', () => {
    expect(findCommand(['container'])).toEqual({ kind: 'group', name: 'container' });
    expect(findCommand(['image', '--help'])).toEqual({ kind: 'group', name: 'image' });
  });

  it('that is not there is refused with the closest', () => {
    expect(() => findCommand(['pss'])).toThrow(
      expect.objectContaining({
        message: 'unknown command: gantry pss',
        hint: 'Did you mean: gantry ps?',
        exitCode: 1,
      }),
    );
    expect(() => findCommand(['container', 'lss'])).toThrow(
      expect.objectContaining({
        message: 'unknown command: gantry container lss',
        hint: 'Did you mean: gantry container ls?',
      }),
    );
  });

  it('of Docker that is not here is not taken for another', () => {
    expect(() => findCommand(['swarm', 'init'])).toThrow(
      expect.objectContaining({ hint: 'Docker has this command; gantry does not.' }),
    );
  });
});
