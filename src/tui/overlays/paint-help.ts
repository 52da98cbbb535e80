import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import { fit, shorten } from '../paint/fit.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { paintScrollbar } from '../widgets/paint-scrollbar.ts';
import type { HelpLine } from './help-lines.ts';

const keyColumns = 20;

export function paintHelp(grid: CellGrid, lines: readonly HelpLine[], top: number, styles: Styles): void {
  const first = Math.max(0, Math.min(top, lines.length - grid.rows));
  for (const [row, line] of lines.slice(first, first + grid.rows).entries()) {
    if (line.kind === 'heading') drawText(grid, 1, row, line.text, styles.titleFocused);
    if (line.kind !== 'keys') continue;
    drawText(grid, 2, row, fit(line.keys, keyColumns), styles.key);
    const verbColumn = grid.columns - 26;
    const room = (verbColumn > 56 && line.verb !== '' ? verbColumn : grid.columns - 1) - keyColumns - 4;
    drawText(grid, keyColumns + 3, row, shorten(line.summary, room), styles.text);
    if (verbColumn > 56 && line.verb !== '') {
      drawText(grid, verbColumn, row, shorten(`:${line.verb}`, 24), styles.muted);
    }
  }
  paintScrollbar(grid, { row: 0, rows: grid.rows, top: first, length: lines.length, styles });
}
