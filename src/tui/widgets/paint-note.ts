import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import type { CellStyle } from '../paint/cell-style.ts';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';

export interface NoteLine {
  readonly text: string;
  readonly style: CellStyle;
}

/** Words in the middle of an empty pane: what is not here, and what to do about it. */
export function paintNote(grid: CellGrid, lines: readonly NoteLine[]): void {
  const from = Math.max(0, Math.floor((grid.rows - lines.length) / 2));
  for (const [index, { text, style }] of lines.entries()) {
    const line = shorten(text, grid.columns - 2);
    drawText(grid, Math.max(1, Math.floor((grid.columns - textWidth(line)) / 2)), from + index, line, style);
  }
}
