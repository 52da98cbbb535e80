// biome-ignore-all lint/suspicious/noTemplateCurlyInString: substitutions are what is tested here.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandShellWord } from '../../../../../src/core/build/dockerfile/shell-words.ts';

const variables: Readonly<Record<string, string>> = {
  PWD: '/home',
  SHELL: 'bash',
  EMPTY: '',
  KOREAN: '한국어',
  PATH: 'xxyy:yyzz/xx',
  FILE: 'archive.tar.gz',
  STARS: 'a*b*c',
};

function expand(text: string, escapeChar = '\\'): string {
  const result = expandShellWord(text, { escape: escapeChar, lookup: (name) => variables[name] });
  return result.ok ? result.value : `error: ${result.message}`;
}

describe('expandShellWord', () => {
  it.each([
    ['hello', 'hello'],
    ["he'll'o", 'hello'],
    ["he'll", 'error: unexpected end of statement while looking for matching single-quote'],
    ['he"ll"o', 'hello'],
    ['he"ll', 'error: unexpected end of statement while looking for matching double-quote'],
    ['he\\llo', 'hello'],
    ['he\\\\llo', 'he\\llo'],
    ['he\\', 'he'],
    ["'\\$PWD'", '\\$PWD'],
    ['"\\$PWD"', '$PWD'],
    ['"a\\b"', 'a\\b'],
    ['\\$PWD', '$PWD'],
    ["'$PWD'", '$PWD'],
    ['"$PWD/x"', '/home/x'],
    ['$PWD/x', '/home/x'],
    ['$', '$'],
    ['a$', 'a$'],
    ['$/', '$/'],
    ['$UNSET.', '.'],
    ['$1x', 'x'],
    ['$123x', 'x'],
    ['$@$*$#$?$-$$$!', ''],
    ['$KOREAN:KOREAN', '한국어:KOREAN'],
    ['안녕$PWD', '안녕/home'],
  ])('expands %j to %j', (text, expected) => expect(expand(text)).toBe(expected));

  it.each([
    ['${PWD}', '/home'],
    ['he${PWD}xx', 'he/homexx'],
    ['${UNSET}', ''],
    ['${', "error: syntax error: missing '}'"],
    ['${}', 'error: syntax error: bad substitution'],
    ['${{PWD}}', 'error: syntax error: bad substitution'],
    ['${:}', 'error: syntax error: bad substitution'],
    ['${PWD', "error: syntax error: missing '}'"],
    ['${PWD:}', 'error: unsupported modifier (:}) in substitution'],
    ['${PWD:=x}', 'error: unsupported modifier (:=) in substitution'],
    ['${PWD=x}', 'error: unsupported modifier (=) in substitution'],
    ['${PWD^^}', 'error: unsupported modifier (^) in substitution'],
    ['${PWD:-no}', '/home'],
    ['${UNSET:-yes}', 'yes'],
    ['${UNSET-yes}', 'yes'],
    ['${EMPTY-yes}', ''],
    ['${EMPTY:-yes}', 'yes'],
    ['${UNSET:-$PWD}', '/home'],
    ['${UNSET:-${UNSET:-deep}}', 'deep'],
    ['${UNSET:-}', ''],
    ['${UNSET:-a\\}b}', 'a}b'],
    ['${UNSET:-"a}b"}', 'a}b'],
    ['${PWD:+is}', 'is'],
    ['${UNSET:+is}', ''],
    ['${EMPTY:+is}', ''],
    ['${EMPTY+is}', 'is'],
    ['${UNSET:?}', 'error: UNSET: is not allowed to be unset'],
    ['${EMPTY:?}', 'error: EMPTY: is not allowed to be empty'],
    ['${EMPTY?}', ''],
    ['${UNSET?tell me}', 'error: UNSET: tell me'],
    ['${PWD:?tell me}', '/home'],
  ])('substitutes %j as %j', (text, expected) => expect(expand(text)).toBe(expected));

  it.each([
    ['${PATH#x}', 'xyy:yyzz/xx'],
    ['${PATH#*y}', 'y:yyzz/xx'],
    ['${PATH##*y}', 'zz/xx'],
    ['${PATH#no}', 'xxyy:yyzz/xx'],
    ['${PATH#?}', 'xyy:yyzz/xx'],
    ['${PATH%x}', 'xxyy:yyzz/x'],
    ['${PATH%y*}', 'xxyy:y'],
    ['${PATH%%y*}', 'xx'],
    ['${FILE%.*}', 'archive.tar'],
    ['${FILE%%.*}', 'archive'],
    ['${FILE##*.}', 'gz'],
    ['${STARS#a\\*}', 'b*c'],
    ['${STARS%\\**}', 'a*b'],
    ['${PATH/xx/_}', '_yy:yyzz/xx'],
    ['${PATH//xx/_}', '_yy:yyzz/_'],
    ['${PATH//y/}', 'xx:zz/xx'],
    ['${PATH/\\/xx/!}', 'xxyy:yyzz!'],
    ['${PATH/y*z/_}', 'xx_/xx'],
    ['${PATH//$SHELL/_}', 'xxyy:yyzz/xx'],
    ['${PATH/y/$SHELL}', 'xxbashy:yyzz/xx'],
    ['${PATH/x', "error: syntax error: missing '/' in ${}"],
    ['${PATH/x/', "error: syntax error: missing '}'"],
    ['${PATH#\\a}', 'error: invalid pattern (\\a) in substitution: invalid escape'],
    ['${KOREAN#?}', '국어'],
  ])('matches patterns: %j is %j', (text, expected) => expect(expand(text)).toBe(expected));

  it('uses the other escape character when the file asks for it', () => {
    expect(expand('C:\\dir`$PWD', '`')).toBe('C:\\dir$PWD');
    expect(expand('"`"a`""', '`')).toBe('"a"');
  });

  it('splits words at blanks that no quote protects', () => {
    const options = { escape: '\\', lookup: (name: string) => (name === 'L' ? 'b c' : undefined) };
    const result = expandShellWord('a $L "$L" d\\ e \'f g\'', options);
    expect(result.ok && result.words).toEqual(['a', 'b', 'c', 'b c', 'd e', 'f g']);
  });

  it('tells which variables were not set, but not those with a default', () => {
    const missing: string[] = [];
    expandShellWord('$A ${B} ${C:-x} ${D#x}', {
      escape: '\\',
      lookup: () => undefined,
      onUnset: (name) => missing.push(name),
    });
    expect(missing).toEqual(['A', 'B', 'D']);
  });

  it('leaves unset variables alone when asked', () => {
    const options = { escape: '\\', lookup: () => undefined, keepUnset: true };
    for (const text of ['$A', '${A}', '${A:-x}', '${A/x/y}', '${A//x/y}']) {
      expect(expandShellWord(text, options)).toMatchObject({ ok: true, value: text });
    }
  });

  it('refuses a word that grows without end', () => {
    const big = 'x'.repeat(70_000);
    const result = expandShellWord('$A'.repeat(20), { escape: '\\', lookup: () => big });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('expansion exceeds') });
  });

  it('never throws and never hangs', () => {
    const piece = fc.constantFrom(
      '$',
      '{',
      '}',
      '/',
      '#',
      '%',
      '*',
      '?',
      ':',
      '-',
      '+',
      '"',
      "'",
      '\\',
      'A',
      'é',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const result = expandShellWord(pieces.join(''), {
          escape: '\\',
          lookup: (name) => (name.startsWith('A') ? 'a*b{}\\' : undefined),
        });
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a hostile pattern in linear steps', () => {
    const started = performance.now();
    const value = 'a'.repeat(20_000);
    const result = expandShellWord(`\${A#${'*a'.repeat(12)}b}`, { escape: '\\', lookup: () => value });
    expect(result).toMatchObject({ ok: true, value });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
