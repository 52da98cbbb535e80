import { type CellGrid, fillCells } from '../paint/cell-grid.ts';
import type { CellStyle } from '../paint/cell-style.ts';
import type { Styles } from '../theme/resolve-styles.ts';

export interface BarInput {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly styles: Styles;
  /** Default: the colour of progress. */
  readonly done?: CellStyle;
}

/** A bar of progress: heavy line for what is done, light one for what is not. */
export function paintBar(grid: CellGrid, { column, row, columns, fraction, styles, done }: BarInput): void {
  const full = Math.max(0, Math.min(columns, Math.round(columns * fraction)));
  fillCells(grid, column, row, full, done ?? styles.progress, '━');
  fillCells(grid, column + full, row, columns - full, styles.progressTrack, '─');
}
