import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripControl } from '../../../src/base/strip-control.ts';

describe('stripControl', () => {
  it.each([
    ['plain text stays', 'héllo → 世界 🎉', 'héllo → 世界 🎉'],
    ['colours go', '\u001b[31mred\u001b[0m', 'red'],
    ['a title change goes with its text', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a title change ended by ST goes', 'a\u001b]0;owned\u001b\\b', 'ab'],
    ['an unfinished escape goes', 'a\u001b[', 'a'],
    ['carriage return goes, so that a line cannot be painted over', 'good\rbad', 'goodbad'],
    ['tab and newline stay', 'a\tb\n', 'a\tb\n'],
    ['C1 control codes go', 'a\u009b31mb', 'a31mb'],
    ['bidi overrides go', 'abc\u202etxt.exe', 'abctxt.exe'],
    ['a lone surrogate is replaced', 'a\ud83d', 'a\ufffd'],
  ])('%s', (_, dirty, clean) => {
    expect(stripControl(dirty)).toBe(clean);
  });

  it('never lets an escape or another control code through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stripControl(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });
});
