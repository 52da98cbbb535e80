import { describe, expect, it } from 'vitest';
import { asciiGlyph, showsUnicode } from '../../../../src/tui/paint/ascii-glyph.ts';
import { drawText } from '../../../../src/tui/paint/cell-grid.ts';
import { plainStyle } from '../../../../src/tui/paint/cell-style.ts';
import { Painter } from '../../../../src/tui/paint/painter.ts';
import { Emulator } from '../../../support/emulator.ts';

describe('a terminal', () => {
  it('shows Unicode unless its locale says otherwise', () => {
    expect(showsUnicode({})).toBe(true);
    expect(showsUnicode({ LANG: 'en_US.UTF-8' })).toBe(true);
    expect(showsUnicode({ LANG: 'C' })).toBe(false);
    expect(showsUnicode({ LANG: 'C.utf8' })).toBe(true);
    expect(showsUnicode({ LANG: 'de_DE@euro' })).toBe(false);
    expect(showsUnicode({ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' })).toBe(false);
    expect(showsUnicode({ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' })).toBe(true);
  });

  it('that does not gets ASCII alone, in the same cells', async () => {
    const emulator = new Emulator(20, 3);
    const sent: string[] = [];
    const sink = {
      write(text: string, done: () => void) {
        sent.push(text);
        emulator.write(text, done);
      },
    };
    const painter = new Painter(sink, 20, 3, 24, false);
    const surface = painter.createSurface('a');
    surface.place({ column: 0, row: 0, columns: 20, rows: 3 });
    surface.paint((grid) => {
      drawText(grid, 0, 0, '╭─ 1 Images ─╮', plainStyle);
      drawText(grid, 0, 1, '│●日本 é 👩‍👩‍👧│', plainStyle);
      drawText(grid, 0, 2, '⠋ 8080→80 ▌…', plainStyle);
      return undefined;
    });
    painter.flush();
    await emulator.settle();
    expect(emulator.lines()).toEqual(['+- 1 Images -+', '|*???? ? ??|', ': 8080>80 >.']);
    expect(sent.join('')).toMatch(/^[\u0000-\u007f]*$/);
  });

  it('keeps what is ASCII already', () => {
    expect(asciiGlyph('a', 1)).toBe('a');
    expect(asciiGlyph('e\u0301', 1)).toBe('e');
  });
});
