import type { Terminal } from '@xterm/headless';
import { type CellGrid, disputedFlag, wideFlag } from '../paint/cell-grid.ts';
import { attribute } from '../paint/cell-style.ts';
import { defaultColour, paletteColour, rgbColour } from '../paint/colour.ts';

/** Copies what the emulator shows into a grid, cell by cell. */
export function paintTerminal(terminal: Terminal, grid: CellGrid): void {
  const buffer = terminal.buffer.active;
  const cell = buffer.getNullCell();
  const columns = Math.min(grid.columns, terminal.cols);
  for (let row = 0; row < Math.min(grid.rows, terminal.rows); row += 1) {
    const line = buffer.getLine(buffer.viewportY + row);
    if (line === undefined) continue;
    const offset = row * grid.columns;
    for (let column = 0; column < columns; column += 1) {
      line.getCell(column, cell);
      const at = offset + column;
      const glyph = cell.getChars();
      const width = cell.getWidth();
      // A wide glyph in the last column has no room for its right half.
      const fits = width < 2 || column + 1 < columns;
      grid.glyphs[at] = width === 0 ? '' : glyph === '' || !fits || cell.isInvisible() !== 0 ? ' ' : glyph;
      grid.fg[at] = cell.isFgDefault() ? defaultColour : colour(cell.isFgRGB(), cell.getFgColor());
      grid.bg[at] = cell.isBgDefault() ? defaultColour : colour(cell.isBgRGB(), cell.getBgColor());
      grid.attributes[at] =
        (cell.isBold() === 0 ? 0 : attribute.bold) |
        (cell.isDim() === 0 ? 0 : attribute.dim) |
        (cell.isItalic() === 0 ? 0 : attribute.italic) |
        (cell.isUnderline() === 0 ? 0 : attribute.underline) |
        (cell.isInverse() === 0 ? 0 : attribute.inverse) |
        (cell.isStrikethrough() === 0 ? 0 : attribute.strike) |
        (width === 2 && fits ? wideFlag : 0) |
        (isDisputed(glyph) ? disputedFlag : 0);
    }
  }
}

function colour(isRgb: boolean, value: number): number {
  return isRgb ? rgbColour(value >> 16, value >> 8, value) : paletteColour(value);
}

/** Several code points in one cell, or a picture: terminals differ about how wide that is. */
function isDisputed(glyph: string): boolean {
  if (glyph.length < 2) return glyph > '\u2300' && pictured.test(glyph);
  const code = glyph.codePointAt(0) ?? 0;
  return glyph.length > (code > 0xffff ? 2 : 1) || pictured.test(glyph);
}

const pictured = /^\p{Emoji_Presentation}/u;
