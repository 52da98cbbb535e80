import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IgnoreMatcher } from '../../../../../src/core/build/context/ignore-matcher.ts';
import { parseIgnoreFile } from '../../../../../src/core/build/context/ignore-patterns.ts';

function matcher(...lines: readonly string[]): IgnoreMatcher {
  const parsed = parseIgnoreFile(lines.join('\n'));
  if (!parsed.ok) throw new Error(parsed.message);
  return new IgnoreMatcher(parsed.patterns);
}

describe('parseIgnoreFile', () => {
  it('takes comments, blanks, leading slashes and a byte order mark away', () => {
    const parsed = parseIgnoreFile('\ufeff# comment\n\n  /a/b/  \n! /c \n#d\n ./e/../f\r\n/\n.');
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && parsed.patterns.map(({ text, negated, line }) => [text, negated, line])).toEqual([
      ['a/b', false, 3],
      ['c', true, 4],
      ['f', false, 6],
      ['/', false, 7],
      ['.', false, 8],
    ]);
  });

  it.each([
    ['a\n!', 2, 'illegal exclusion pattern: "!"'],
    ['!/.', 1, 'illegal exclusion pattern: "!"'],
    ['[', 1, 'syntax error in pattern: "["'],
    ['a\\', 1, 'syntax error in pattern: "a\\\\"'],
  ])('refuses %j', (text, line, message) => {
    expect(parseIgnoreFile(text)).toEqual({ ok: false, line, message });
  });
});

describe('IgnoreMatcher', () => {
  // Patterns, path, whether it is ignored: facts of moby/patternmatcher.
  it.each([
    [['*'], 'file', true],
    [['*'], 'dir/file', true],
    [['dir'], 'dir/file', true],
    [['dir'], 'dir2/file', false],
    [['dir/'], 'dir/file', true],
    [['/dir'], 'dir/file', true],
    [['dir/*'], 'dir/sub/file', true],
    [['*.go'], 'main.go', true],
    [['*.go'], 'cmd/main.go', false],
    [['**/*.go'], 'cmd/x/main.go', true],
    [['**'], 'anything/at/all', true],
    [['.'], 'file', false],
    [['*', '!file'], 'file', false],
    [['!file', '*'], 'file', true],
    [['docs', '!docs/README.md'], 'docs/README.md', false],
    [['docs', '!docs/README.md'], 'docs/other.md', true],
    [['docs/', '!docs/a', 'docs/a/b'], 'docs/a/b/c', true],
    [['*', '!src/**/*.ts'], 'src/a/b.ts', false],
    [['*', '!src/**/*.ts'], 'src/a/b.js', true],
    [['**/node_modules', '!x/node_modules'], 'x/node_modules/m', false],
    [['a\\*b'], 'a*b', true],
    [['a\\*b'], 'axb', false],
    [['\\a'], 'a', false],
    [['\\a'], '\x07', true],
    [['\\.x'], '.x', true],
    [['[a-c].txt'], 'b.txt', true],
    [['[^a].txt'], 'a.txt', false],
    [['?.txt'], '文.txt', true],
    [['a.b+c(d)$'], 'a.b+c(d)$', true],
  ])('%j on %j is %s', (lines, path, expected) => {
    expect(matcher(...lines).stateOf(path).ignored).toBe(expected);
  });

  it.each([
    [['dir'], 'dir', false],
    [['dir', '!other'], 'dir', false],
    [['dir', '!dir/keep'], 'dir', true],
    [['dir', '!dir/keep'], 'dir/keep/x', false],
    [['dir', '!dir/keep/deep'], 'dir/keep', true],
    [['dir', '!dir/keep/deep'], 'dir/other', false],
    [['dir', '!**/keep'], 'dir/any', true],
    [['dir', '!d*/x/keep'], 'dir/x', true],
    [['dir', '!d*/x'], 'dir/x', false],
  ])('with %j knows whether to look into %j: %s', (lines, folder, expected) => {
    expect(matcher(...lines).mayReinclude(folder)).toBe(expected);
  });

  it('names the pattern that decided', () => {
    expect(matcher('*.md', '!README*', 'README-secret*').stateOf('README-secret.md').decidedBy).toMatchObject(
      {
        line: 3,
        text: 'README-secret*',
      },
    );
  });

  const name = fc.constantFrom('a', 'b', 'ab', 'c');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const patternPart = fc.constantFrom('a', 'b', '*', '**', 'a*', '?', 'c');
  const pattern = fc
    .tuple(fc.boolean(), fc.array(patternPart, { minLength: 1, maxLength: 3 }))
    .map(([negated, parts]) => `${negated ? '!' : ''}${parts.join('/')}`);

  it('agrees with moby on any patterns: each path tried with all its parents, in order', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (lines, wanted) => {
        expect(matcher(...lines).stateOf(wanted).ignored).toBe(mobyIgnores(lines, wanted));
      }),
      { numRuns: 5_000 },
    );
  });

  it('never leaves out what would come back', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (lines, wanted) => {
        const ignore = matcher(...lines);
        if (ignore.stateOf(wanted).ignored) return;
        for (let at = wanted.indexOf('/'); at >= 0; at = wanted.indexOf('/', at + 1)) {
          const parent = wanted.slice(0, at);
          expect(!ignore.stateOf(parent).ignored || ignore.mayReinclude(parent)).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('parses anything without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => void parseIgnoreFile(text)),
    );
  });
});

/** patternmatcher's `MatchesUsingParentResults`, written down naively with its regular expressions. */
function mobyIgnores(lines: readonly string[], wanted: string): boolean {
  let parentMatched = lines.map(() => false);
  let ignored = false;
  const parts = wanted.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = parts.slice(0, depth).join('/');
    ignored = false;
    parentMatched = lines.map((line, index) => {
      const negated = line.startsWith('!');
      const known = parentMatched[index] === true;
      const match = known || (negated === ignored && mobyRegExp(line.replace(/^!/, '')).test(path));
      if (match) ignored = !negated;
      return match;
    });
  }
  return ignored;
}

function mobyRegExp(text: string): RegExp {
  const source = text
    .replace(/\*\*\/?$/, '\u0001')
    .replace(/\*\*\//g, '\u0002')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace('\u0001', '.*')
    .replaceAll('\u0002', '(.*/)?');
  return new RegExp(`^${source}$`);
}
