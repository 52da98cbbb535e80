import { type CellGrid, putGrapheme } from '../paint/cell-grid.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { paintScrollbar } from '../widgets/paint-scrollbar.ts';
import type { OverlayOf } from './overlay.ts';
import { viewerRow, viewerRows } from './viewer-rows.ts';

/** Lines to read through. */
export function paintViewer(grid: CellGrid, overlay: OverlayOf<'viewer'>, styles: Styles): void {
  const { lines, top } = overlay;
  if (lines.length === 0) {
    paintNote(grid, [{ text: 'waiting for the first line…', style: styles.muted }]);
    return;
  }
  const width = grid.columns - 2;
  const rows = viewerRows(overlay, width);
  const first = Math.max(0, Math.min(top, rows.length - grid.rows));
  for (const [index, row] of rows.slice(first, first + grid.rows).entries()) {
    let at = 1;
    for (const { grapheme, style } of viewerRow(overlay, row, width, styles)) {
      at = putGrapheme(grid, at, index, grapheme, style);
    }
  }
  paintScrollbar(grid, { row: 0, rows: grid.rows, top: first, length: rows.length, styles });
}
