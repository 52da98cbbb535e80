import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanPath, partsInRoot } from '../../../../../src/core/build/glob/clean-path.ts';
import { compileGlob, parseGoPattern, parseMobyPattern } from '../../../../../src/core/build/glob/glob.ts';

function goMatch(pattern: string, text: string): boolean | undefined {
  const tokens = parseGoPattern(pattern);
  return tokens && compileGlob(tokens).matches(text);
}

describe('parseGoPattern', () => {
  // The table of Go's own path/filepath tests, in our words: pattern, text, match; undefined is a syntax error.
  it.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*', 'axbxcxdxe', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'x', true],
    ['[x\\-]', 'z', false],
    ['[\\-x]', 'x', true],
    ['[]a]', ']', undefined],
    ['[-]', '-', undefined],
    ['[x-]', 'x', undefined],
    ['[-x]', 'x', undefined],
    ['\\', 'a', undefined],
    ['[', 'a', undefined],
    ['[^', 'a', undefined],
    ['[^bc', 'a', undefined],
    ['a[', 'ab', undefined],
    ['*x', 'xxx', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j on %j is %s', (pattern, text, expected) => expect(goMatch(pattern, text)).toBe(expected));

  it('answers for hostile patterns without going through all possibilities', () => {
    const started = performance.now();
    expect(goMatch(`${'*a'.repeat(30)}b`, `${'a'.repeat(2_000)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('agrees with a regular expression on simple patterns', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '/', '.');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 8 }),
        (pattern, text) => {
          const source = pattern.map((char) =>
            char === '*' ? '[^/]*' : char === '?' ? '[^/]' : char === '.' ? '\\.' : char,
          );
          const expected = new RegExp(`^${source.join('')}$`).test(text.join(''));
          expect(goMatch(pattern.join(''), text.join(''))).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('parseMobyPattern', () => {
  it.each([
    ['**', 'a/b', true],
    ['**/', 'a/b', true],
    ['**/a', 'a', true],
    ['**/a', 'x/y/a', true],
    ['**/a', 'xa', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['**/*.go', 'x/y.go', true],
    ['**/*.go', 'y.go', true],
    ['a**b', 'ab', true],
    ['a**/*a', 'ax/ya', true],
    ['dir/*/**/x', 'dir/a/x', true],
    ['dir/*/**/x', 'dir/x', false],
  ])('%j on %j is %s', (pattern, text, expected) => {
    const tokens = parseMobyPattern(pattern);
    expect(tokens && compileGlob(tokens).matches(text)).toBe(expected);
  });
});

describe('cleanPath', () => {
  it.each([
    ['', '.'],
    ['.', '.'],
    ['a/../..', '..'],
    ['/..', '/'],
    ['a//b/./c/', 'a/b/c'],
    ['/a/../../b', '/b'],
    ['../../a', '../../a'],
  ])('%j is %j', (path, expected) => expect(cleanPath(path)).toBe(expected));

  it('keeps paths below a root', () => {
    expect(partsInRoot('../../a/./b/')).toEqual(['a', 'b']);
    expect(partsInRoot('/')).toEqual([]);
  });
});
