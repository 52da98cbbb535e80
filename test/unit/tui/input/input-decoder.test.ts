import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputDecoder } from '../../../../src/tui/input/input-decoder.ts';
import type { InputEvent } from '../../../../src/tui/input/input-event.ts';

function decode(text: string, cut = text.length): InputEvent[] {
  const decoder = new InputDecoder();
  const bytes = Buffer.from(text);
  const events: InputEvent[] = [];
  for (let at = 0; at < bytes.length; at += cut) events.push(...decoder.push(bytes.subarray(at, at + cut)));
  return [...events, ...decoder.flush()];
}

const names = (text: string, cut?: number): string[] =>
  decode(text, cut).map((event) => (event.kind === 'key' ? event.name : event.kind));

describe('input decoder', () => {
  it.each([
    ['a', ['a']],
    ['G', ['G']],
    [' ', ['space']],
    ['\r', ['enter']],
    ['\t', ['tab']],
    ['\u007f', ['backspace']],
    ['\u0003', ['ctrl-c']],
    ['\u001d', ['ctrl-]']],
    ['\u001b', ['esc']],
    ['\u001bx', ['alt-x']],
    ['\u001b1', ['alt-1']],
    ['\u001b[A', ['up']],
    ['\u001bOA', ['up']],
    ['\u001b[1;5C', ['ctrl-right']],
    ['\u001b[1;2B', ['shift-down']],
    ['\u001b[Z', ['shift-tab']],
    ['\u001b[5~', ['pageup']],
    ['\u001b[1~', ['home']],
    ['\u001b[H', ['home']],
    ['\u001b[15~', ['f5']],
    ['\u001bOP', ['f1']],
    ['\u001b[97;5u', ['ctrl-a']],
    ['\u001b[27;2;13~', ['shift-enter']],
    ['é語👍', ['é', '語', '👍']],
    ['jj\u001b[Bk', ['j', 'j', 'down', 'k']],
    ['\u001b\u001b[A', ['esc', 'up']],
  ])('reads %j as %j', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('never takes replies of the terminal for typed text', () => {
    const replies =
      '\u001b[24;80R\u001b[?1;2c\u001b[>0;276;0c\u001b[I\u001b]11;rgb:00/00/00\u0007\u001bP1$r0m\u001b\\';
    expect(names(replies)).toEqual(['reply', 'reply', 'reply', 'reply', 'reply', 'reply']);
  });

  it('drops sequences it does not know without a trace of text', () => {
    expect(names('\u001b[99;99~a\u001b[1;2;3y')).toEqual(['a']);
  });

  it('keeps a paste together, line ends and escapes included', () => {
    expect(decode('x\u001b[200~one\rtwo \u001b[31m\u001b[201~y')).toEqual([
      { kind: 'key', name: 'x', text: 'x' },
      { kind: 'paste', text: 'one\rtwo \u001b[31m' },
      { kind: 'key', name: 'y', text: 'y' },
    ]);
  });

  it('reads mouse reports in cells from 0', () => {
    expect(decode('\u001b[<0;10;5M\u001b[<65;1;1M')).toMatchObject([
      { kind: 'mouse', action: 'press', button: 0, column: 9, row: 4 },
      { kind: 'mouse', action: 'wheel-down', button: -1, column: 0, row: 0 },
    ]);
  });

  it('gives the same events however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      '👍',
      '\u001b[A',
      '\u001b[1;5C',
      '\u001bOB',
      '\r',
      '\u001b[200~p\u001bq\u001b[201~',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (pieces, cut) => {
        expect(decode(pieces.join(''), cut)).toEqual(pieces.flatMap((text) => decode(text)));
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoder = new InputDecoder();
        decoder.push(bytes);
        decoder.flush();
        expect(decoder.waiting).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
