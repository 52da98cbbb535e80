import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textWidth } from '../../../../src/tui/paint/grapheme.ts';
import { wrapWords } from '../../../../src/tui/paint/wrap-words.ts';

it('breaks between words, and inside only what is wider than a line', () => {
  expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapWords('a sha256:0123456789 b', 8)).toEqual(['a', 'sha256:0', '123456789'.slice(0, 8), '9 b']);
  expect(wrapWords('', 8)).toEqual(['']);
  expect(wrapWords('語語語', 4)).toEqual(['語語', '語']);
});

it('keeps every word, in lines that fit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
      const lines = wrapWords(text, width);
      expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});
