import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawText } from '../../../../src/tui/paint/cell-grid.ts';
import { attribute, type CellStyle, cellStyle, plainStyle } from '../../../../src/tui/paint/cell-style.ts';
import { paletteColour, rgbColour } from '../../../../src/tui/paint/colour.ts';
import { Painter } from '../../../../src/tui/paint/painter.ts';
import { Emulator } from '../../../support/emulator.ts';

const red = cellStyle(rgbColour(255, 0, 0));

function screen(columns = 40, rows = 6) {
  const emulator = new Emulator(columns, rows);
  const painter = new Painter(emulator, columns, rows, 24);
  const show = async (): Promise<string[]> => {
    painter.flush();
    await emulator.settle();
    return emulator.lines();
  };
  return { emulator, painter, show };
}

describe('painter', () => {
  it('shows what Ink writes, colours included', async () => {
    const { emulator, painter, show } = screen();
    painter.inkWrite('\u001b[?25l\u001b[1mtitle\u001b[22m\n\u001b[38;2;255;0;0mred\u001b[39m plain\n');
    expect(await show()).toEqual(['title', 'red plain', '', '', '', '']);
    expect(emulator.cell(0, 0)).toMatchObject({ text: 't', flags: 'bold' });
    expect(emulator.cell(0, 1)).toMatchObject({ fg: '#ff0000' });
    expect(emulator.cell(4, 1)).toMatchObject({ fg: 'default' });
  });

  it('replaces an Ink frame by the next one through its line erasing', async () => {
    const { painter, show } = screen();
    painter.inkWrite('one two three\nsecond\n');
    await show();
    painter.inkWrite('\u001b[2K\u001b[1A\u001b[2K\u001b[1A\u001b[2K\u001b[Gone\nmore\n');
    expect((await show()).slice(0, 3)).toEqual(['one', 'more', '']);
  });

  it('puts a surface over the frame and sends only the cells that changed', async () => {
    const { emulator, painter, show } = screen(80, 24);
    painter.inkWrite(`${Array.from({ length: 24 }, () => '.'.repeat(80)).join('\n')}`);
    const surface = painter.createSurface('log');
    surface.place({ column: 10, row: 2, columns: 20, rows: 3 });
    surface.paint((grid) => void drawText(grid, 0, 1, 'hello', red));
    expect((await show())[3]).toBe(`${'.'.repeat(10)}hello${' '.repeat(15)}${'.'.repeat(50)}`);
    const before = emulator.bytes;
    surface.paint((grid) => void drawText(grid, 0, 1, 'hallo', red));
    expect((await show())[3]?.slice(10, 15)).toBe('hallo');
    expect(emulator.bytes - before).toBeLessThan(45);
  });

  it('sends nothing when nothing changed', async () => {
    const { emulator, painter, show } = screen();
    const surface = painter.createSurface('a');
    surface.place({ column: 0, row: 0, columns: 10, rows: 2 });
    surface.paint((grid) => void drawText(grid, 0, 0, 'same', plainStyle));
    await show();
    const before = emulator.bytes;
    surface.paint((grid) => void drawText(grid, 0, 0, 'same', plainStyle));
    await show();
    expect(emulator.bytes).toBe(before);
  });

  it('keeps surfaces out of masks, which overlays of Ink lie in', async () => {
    const { painter, show } = screen(20, 3);
    painter.inkWrite('....................\n....[dialog]........\n....................');
    const surface = painter.createSurface('list');
    surface.place({ column: 2, row: 0, columns: 16, rows: 3 });
    surface.paint((grid) => {
      for (let row = 0; row < 3; row += 1) drawText(grid, 0, row, 'xxxxxxxxxxxxxxxx', plainStyle);
      return undefined;
    });
    painter.mask('confirm', { column: 4, row: 1, columns: 8, rows: 1 });
    expect(await show()).toEqual(['..xxxxxxxxxxxxxxxx..', '..xx[dialog]xxxxxx..', '..xxxxxxxxxxxxxxxx..']);
    painter.mask('confirm', undefined);
    expect((await show())[1]).toBe('..xxxxxxxxxxxxxxxx..');
  });

  it('shows the cursor of the surface it is told, and hides it again', async () => {
    const { emulator, painter, show } = screen();
    const surface = painter.createSurface('shell');
    surface.place({ column: 5, row: 1, columns: 20, rows: 4 });
    surface.paint((grid) => {
      drawText(grid, 0, 0, '$ ', plainStyle);
      return { column: 2, row: 0 };
    });
    painter.showCursorOf('shell');
    await show();
    expect(emulator.cursor).toEqual({ column: 7, row: 1 });
  });

  it('makes no frame while the terminal has not taken the last one', () => {
    const written: string[] = [];
    let release: () => void = () => undefined;
    const painter = new Painter(
      {
        write: (text, done) => {
          written.push(text);
          release = done;
        },
      },
      20,
      2,
      24,
    );
    const surface = painter.createSurface('a');
    surface.place({ column: 0, row: 0, columns: 20, rows: 1 });
    for (let step = 0; step < 100; step += 1) {
      surface.paint((grid) => void drawText(grid, 0, 0, `step ${step}`, plainStyle));
      painter.flush();
    }
    expect(written).toHaveLength(1);
    release();
    painter.flush();
    expect(written).toHaveLength(2);
    expect(written[1]).toContain('99');
  });

  it('draws everything anew after a resize', async () => {
    const { emulator, painter, show } = screen(20, 3);
    painter.inkWrite('first');
    await show();
    emulator.resize(30, 4);
    painter.resize(30, 4);
    painter.inkWrite('second');
    expect(await show()).toEqual(['second', '', '', '']);
  });

  it('keeps columns aligned behind glyphs whose width terminals dispute', async () => {
    const { emulator, painter, show } = screen(20, 8);
    const surface = painter.createSurface('a');
    surface.place({ column: 0, row: 0, columns: 12, rows: 8 });
    const clusters = ['❤️', '1️⃣', '👍🏽', '👩‍💻', '🇩🇪', '語', 'e\u0301', 'क्षि'];
    surface.paint((grid) => {
      clusters.forEach((cluster, row) => {
        const end = drawText(grid, 1, row, cluster, plainStyle);
        drawText(grid, end, row, '|', plainStyle);
        drawText(grid, 11, row, '|', plainStyle);
      });
      return undefined;
    });
    await show();
    for (let row = 0; row < clusters.length; row += 1) expect(emulator.cell(11, row).text).toBe('|');
  });

  it('leaves on the glass exactly what was composed, whatever came before', async () => {
    const text = fc.array(fc.constantFrom('a', 'Z', ' ', '  ', '─', '語', '👍', 'é', '        '), {
      maxLength: 20,
    });
    const style = fc.constantFrom<CellStyle>(
      plainStyle,
      red,
      cellStyle(paletteColour(4), paletteColour(7)),
      cellStyle(0, 0, attribute.inverse | attribute.bold),
    );
    const step = fc.record({ row: fc.nat(3), column: fc.nat(20), text, style });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (frames) => {
        const live = screen(24, 4);
        const surface = live.painter.createSurface('a');
        surface.place({ column: 2, row: 0, columns: 20, rows: 4 });
        for (const frame of frames) {
          const draw = (grid: typeof surface.grid) => {
            for (const { row, column, text: parts, style: look } of frame) {
              drawText(grid, column, row, parts.join(''), look);
            }
            return undefined;
          };
          surface.paint(draw);
          await live.show();
          const fresh = screen(24, 4);
          const copy = fresh.painter.createSurface('a');
          copy.place({ column: 2, row: 0, columns: 20, rows: 4 });
          copy.paint(draw);
          await fresh.show();
          expect(seen(live.emulator)).toEqual(seen(fresh.emulator));
        }
      }),
      { numRuns: 60 },
    );
  });
});

function seen(emulator: Emulator): string[] {
  const cells: string[] = [];
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 24; column += 1) {
      const { text, fg, bg, flags } = emulator.cell(column, row);
      const glyph = text === '' ? ' ' : text;
      // The foreground of a blank cannot be seen.
      cells.push(`${column},${row} ${glyph} ${glyph === ' ' && flags === '' ? '' : fg} ${bg} ${flags}`);
    }
  }
  return cells;
}
