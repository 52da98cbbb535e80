import type { Hint } from '../../app/keymap/hints.ts';
import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { Styles } from '../theme/resolve-styles.ts';

/** Keys that everybody needs, at the right end; the rest of the line is the focused pane's. */
const always: readonly Hint[] = [
  { key: ':', label: 'command', commandId: 'command.open', reason: undefined },
  { key: '?', label: 'keys', commandId: 'help.open', reason: undefined },
  { key: 'q', label: 'quit', commandId: 'quit', reason: undefined },
];

/** Inside a shell keys are the program's, but for these. */
const inShell: readonly Hint[] = [
  { key: 'ctrl-p ctrl-q', label: 'leave', commandId: 'shell.leave', reason: undefined },
  { key: 'f6', label: 'next pane', commandId: 'pane.next', reason: undefined },
  { key: 'shift-pageup', label: 'read back', commandId: 'shell.back', reason: undefined },
];

/** Moving and arranging is for the help; the footer is for doing. */
const hidden = /^(?:move|page|pane|layout|screen|command|help|view|logs\.(?:left|right))\.|^quit$/;
const gap = 2;

/** The last line: keys that work now; what does not apply is grey. */
export function paintFooter(grid: CellGrid, hints: readonly Hint[], shell: boolean, styles: Styles): void {
  const right = shell ? [] : always;
  const rightColumn = grid.columns - right.reduce((width, hint) => width + hintWidth(hint), 0);
  let column = 1;
  for (const hint of shell ? inShell : hints.filter(({ commandId }) => !hidden.test(commandId))) {
    if (column + hintWidth(hint) > rightColumn - 1) break;
    column = paintHint(grid, column, hint, styles);
  }
  column = rightColumn;
  for (const hint of right) column = paintHint(grid, column, hint, styles);
}

function paintHint(grid: CellGrid, column: number, { key, label, reason }: Hint, styles: Styles): number {
  const works = reason === undefined;
  const end = drawText(grid, column, 0, key, works ? styles.key : styles.keyDisabled);
  return drawText(grid, end + 1, 0, label, works ? styles.keyLabel : styles.keyDisabled) + gap;
}

function hintWidth({ key, label }: Hint): number {
  return textWidth(key) + 1 + textWidth(label) + gap;
}
