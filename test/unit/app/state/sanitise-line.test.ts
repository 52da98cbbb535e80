import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitiseLine } from '../../../../src/app/state/sanitise-line.ts';

describe('sanitise line', () => {
  it.each([
    ['plain text\n', 'plain text'],
    ['windows\r\n', 'windows'],
    ['10%\r20%\r100%', '100%'],
    ['done\r', 'done'],
    ['abc\b\bX', 'aX'],
    ['a\tb', 'a       b'],
    ['\u001b[31ma\tb', '\u001b[31ma       b'],
    ['\u001b[1;32mok\u001b[0m', '\u001b[1;32mok\u001b[0m'],
    ['\u001b[38:2::1:2:3mx', '\u001b[38:2::1:2:3mx'],
    ['\u001b[2J\u001b[Hgone', 'gone'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bPdevice\u001b\\x', 'x'],
    ['\u001b(Bx', 'x'],
    ['\u009b31mx', '\u001b[31mx'],
    ['\u202eevil', 'evil'],
    ['bell\u0007', 'bell'],
    ['lone \ud800 half', 'lone \ufffd half'],
    ['\u001b[>4;2mx', 'x'],
    ['half \u001b[3', 'half '],
  ])('makes %j into %j', (record, expected) => {
    expect(sanitiseLine(record)).toBe(expected);
  });

  it('cuts a line that nobody can read whole, never inside a colour', () => {
    const long = sanitiseLine(`\u001b[31m${'x'.repeat(8180)}\u001b[38;2;1;2;3m${'y'.repeat(90_000)}`);
    expect(long.length).toBeLessThan(8200);
    expect(long.endsWith('\u001b[m…')).toBe(true);
    expect(long.replace(/\u001b\[[0-9;]*m/g, '')).toMatch(/^x+…$/);
  });

  it('lets nothing but text and colours through, whatever it is given', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b',
        '\u001b[',
        '\u001b]',
        '\u009b',
        '\r',
        '\b',
        '\t',
        '\u0007',
        '\u001b\\',
        '31m',
        '\u202e',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const clean = sanitiseLine(pieces.join(''));
        expect(clean.replace(/\u001b\[[0-9;:]*m/g, '')).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
        expect(clean.isWellFormed()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
