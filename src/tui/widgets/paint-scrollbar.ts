import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import type { Styles } from '../theme/resolve-styles.ts';

export interface ScrollbarInput {
  /** Its first row and its height in the grid. */
  readonly row: number;
  readonly rows: number;
  /** First line shown, of how many. */
  readonly top: number;
  readonly length: number;
  readonly styles: Styles;
}

/** A thumb in the last column, where there is more than fits. */
export function paintScrollbar(grid: CellGrid, { row, rows, top, length, styles }: ScrollbarInput): void {
  if (length <= rows || rows < 2) return;
  const size = Math.max(1, Math.round((rows * rows) / length));
  const start = Math.round(((rows - size) * top) / Math.max(1, length - rows));
  for (let index = 0; index < size; index += 1) {
    drawText(grid, grid.columns - 1, row + start + index, '▐', styles.scrollbar);
  }
}
