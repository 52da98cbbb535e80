import { type CellGrid, drawText, fillCells } from '../paint/cell-grid.ts';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { PaneTitle } from '../panes/pane.ts';
import type { Styles } from '../theme/resolve-styles.ts';

/** The words in the upper edge of a frame: the name at the left, counts and states at the right. */
export function paintTitle(
  grid: CellGrid,
  { text, detail }: PaneTitle,
  focused: boolean,
  styles: Styles,
): void {
  fillCells(grid, 0, 0, grid.columns, focused ? styles.borderFocused : styles.border, '─');
  const name = ` ${shorten(text, grid.columns - 2)} `;
  const end = drawText(grid, 0, 0, name, focused ? styles.titleFocused : styles.title);
  const room = grid.columns - end - 3;
  if (detail === '' || room < 4) return;
  const words = ` ${shorten(detail, room)} `;
  drawText(grid, grid.columns - textWidth(words), 0, words, styles.muted);
}
