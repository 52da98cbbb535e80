import { type CellGrid, putGrapheme } from '../paint/cell-grid.ts';
import { styledGlyphs } from '../paint/styled-text.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { paintScrollbar } from '../widgets/paint-scrollbar.ts';
import { wrapGlyphs } from '../widgets/wrap-glyphs.ts';
import type { OverlayOf } from './overlay.ts';

/** Lines to read through; long ones are cut at the right. */
export function paintViewer(grid: CellGrid, { lines, top }: OverlayOf<'viewer'>, styles: Styles): void {
  if (lines.length === 0) {
    paintNote(grid, [{ text: 'waiting for the first line…', style: styles.muted }]);
    return;
  }
  const first = Math.max(0, Math.min(top, lines.length - grid.rows));
  for (const [row, line] of lines.slice(first, first + grid.rows).entries()) {
    let at = 1;
    for (const { grapheme, style } of wrapGlyphs(styledGlyphs(line, styles.text), grid.columns - 2)[0] ??
      []) {
      at = putGrapheme(grid, at, row, grapheme, style);
    }
  }
  paintScrollbar(grid, { row: 0, rows: grid.rows, top: first, length: lines.length, styles });
}
