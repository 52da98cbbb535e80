import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, cellStyle, plainStyle } from '../../../../src/tui/paint/cell-style.ts';
import { paletteColour, parseHexColour, rgbColour } from '../../../../src/tui/paint/colour.ts';
import { detectColourLevel, mapColour } from '../../../../src/tui/paint/colour-level.ts';
import { fit, shorten, shortenStart } from '../../../../src/tui/paint/fit.ts';
import { graphemes, textWidth } from '../../../../src/tui/paint/grapheme.ts';
import { applySgr, sgrBetween } from '../../../../src/tui/paint/sgr.ts';
import { plainText, styledGlyphs } from '../../../../src/tui/paint/styled-text.ts';
import { wrapGlyphs } from '../../../../src/tui/widgets/wrap-glyphs.ts';

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['語', 2],
    ['한글', 4],
    ['ｶﾞ', 1],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍💻', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['\u200b', 0],
    ['a\u0007b\u0000', 2],
    ['─│╭●◐', 5],
  ])('%j takes %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('bounds a letter under a thousand accents', () => {
    const [first, ...rest] = graphemes(`a${'\u0301'.repeat(1000)}`);
    expect([first?.text.length, first?.width, rest.length]).toEqual([32, 1, 0]);
  });
});

describe('fit', () => {
  it.each([
    [fit('abc', 5), 'abc  '],
    [fit('abc', 5, 'right'), '  abc'],
    [fit('abc', 6, 'center'), ' abc  '],
    [fit('abcdef', 4), 'abc…'],
    [fit('語語語', 4), '語… '],
    [fit('x', 0), ''],
    [shorten('abcdef', 4), 'abc…'],
    [shorten('abc', 4), 'abc'],
    [shortenStart('registry/team/web:1', 8), '…m/web:1'],
  ])('%j', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('is always exactly as wide as asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => {
          expect(textWidth(fit(text, width))).toBe(width);
          expect(textWidth(shortenStart(text, width))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('colours of a terminal', () => {
  it.each([
    [{ NO_COLOR: '1', COLORTERM: 'truecolor' }, 0],
    [{ NO_COLOR: '', COLORTERM: 'truecolor' }, 24],
    [{ FORCE_COLOR: '1', COLORTERM: 'truecolor' }, 16],
    [{ TERM: 'xterm-256color' }, 256],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 24],
    [{ TERM: 'xterm' }, 16],
    [{ TERM: 'linux' }, 16],
    [{ TERM: 'dumb' }, 0],
    [{ TERM: 'xterm-direct' }, 24],
  ] as const)('%j is %i', (env, level) => {
    expect(detectColourLevel(env)).toBe(level);
  });

  it('come down to the nearest there is', () => {
    expect(mapColour(rgbColour(255, 0, 0), 256)).toBe(paletteColour(196));
    expect(mapColour(rgbColour(128, 128, 128), 256)).toBe(paletteColour(244));
    expect(mapColour(rgbColour(250, 10, 10), 16)).toBe(paletteColour(9));
    expect(mapColour(paletteColour(196), 16)).toBe(paletteColour(9));
    expect(mapColour(rgbColour(1, 2, 3), 0)).toBe(0);
    expect(mapColour(rgbColour(1, 2, 3), 24)).toBe(rgbColour(1, 2, 3));
  });
});

describe('SGR', () => {
  it.each([
    ['1;31', cellStyle(paletteColour(1), 0, attribute.bold)],
    ['38;5;200;48;2;1;2;3', cellStyle(paletteColour(200), rgbColour(1, 2, 3))],
    ['38:2::9:8:7', cellStyle(rgbColour(9, 8, 7))],
    ['38:5:17', cellStyle(paletteColour(17))],
    ['97;104;4;7', cellStyle(paletteColour(15), paletteColour(12), attribute.underline | attribute.inverse)],
    ['31;0', plainStyle],
    ['', plainStyle],
    ['5;8;99', plainStyle],
    ['38', plainStyle],
  ])('reads %j', (parameters, style) => {
    expect(applySgr(plainStyle, parameters)).toEqual(style);
  });

  it('finds the sequence that leads from any style to any other', () => {
    const colour = fc.oneof(
      fc.constant(0),
      fc.nat(255).map(paletteColour),
      fc.nat(0xffffff).map((n) => rgbColour(n >> 16, n >> 8, n)),
    );
    const style = fc.record({ fg: colour, bg: colour, attributes: fc.nat(63) });
    fc.assert(
      fc.property(style, style, (from, to) => {
        const sequence = sgrBetween(from, to);
        const [, parameters] = /^\u001b\[(.*)m$/.exec(sequence) ?? [];
        expect(parameters === undefined ? from : applySgr(from, parameters)).toEqual(to);
      }),
      { numRuns: 500 },
    );
  });
});

describe('lines with colours', () => {
  it('keep the place of every glyph in the plain text', () => {
    const line = '\u001b[31mré\u001b[md 語!';
    expect(plainText(line)).toBe('réd 語!');
    expect(styledGlyphs(line, plainStyle).map(({ grapheme, offset }) => [grapheme.text, offset])).toEqual([
      ['r', 0],
      ['é', 1],
      ['d', 2],
      [' ', 3],
      ['語', 4],
      ['!', 5],
    ]);
    expect(styledGlyphs(line, plainStyle)[0]?.style.fg).toBe(paletteColour(1));
  });

  it('wrap without cutting a wide glyph', () => {
    const rows = wrapGlyphs(styledGlyphs('ab語語c', plainStyle), 3);
    expect(rows.map((row) => row.map(({ grapheme }) => grapheme.text).join(''))).toEqual(['ab', '語', '語c']);
    expect(wrapGlyphs([], 10)).toEqual([[]]);
  });
});

it('takes hexadecimal colours and nothing else', () => {
  expect(parseHexColour('#0a0B0c')).toBe(rgbColour(10, 11, 12));
  expect(['#fff', 'red', '#gggggg', ''].map(parseHexColour)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
