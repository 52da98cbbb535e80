import { type CellGrid, drawText, fillCells } from '../paint/cell-grid.ts';
import { type CellStyle, mergeStyle } from '../paint/cell-style.ts';
import { fit, shortenStart } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { paintScrollbar } from './paint-scrollbar.ts';

export interface TableCell {
  readonly text: string;
  /** Default: plain text. */
  readonly style?: CellStyle | undefined;
}

export interface TableColumn<Row> {
  readonly header: string;
  readonly cell: (row: Row) => TableCell;
  readonly align?: 'left' | 'right' | undefined;
  /** Narrower only where everything in it is. A growing column gives way down to this before others are dropped. */
  readonly least: number;
  readonly most: number;
  /** Where there is not room for all, columns go in this order, 0 never. */
  readonly drop: number;
  /** Takes what room is left. */
  readonly grows?: boolean | undefined;
  /** Which end of a text that is too long stays. */
  readonly keep?: 'start' | 'end' | undefined;
}

export interface TableInput<Row> {
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  /** Index of the first row shown. */
  readonly top: number;
  /** Index of the selected row; -1: none. */
  readonly selected: number;
  readonly focused: boolean;
  readonly isMarked?: ((row: Row) => boolean) | undefined;
  readonly styles: Styles;
}

const gap = 2;

/** A list with aligned columns: a line of headers, rows, a bar at the selected one, a scroll bar when it is longer. */
export function paintTable<Row>(grid: CellGrid, input: TableInput<Row>): void {
  const { rows, top, selected, focused, isMarked, styles } = input;
  const height = Math.max(0, grid.rows - 1);
  const shown = rows.slice(top, top + height);
  const columns = solveColumns(input.columns, shown, grid.columns - 2);
  let at = 1;
  for (const { column, width } of columns) {
    drawText(grid, at, 0, fit(column.header, width, column.align), styles.header);
    at += width + gap;
  }
  for (const [index, row] of shown.entries()) {
    const isSelected = top + index === selected;
    const selection = focused ? styles.selection : styles.selectionIdle;
    const line = index + 1;
    if (isSelected) fillCells(grid, 0, line, grid.columns, selection);
    const edge = isMarked?.(row) === true ? '✓' : isSelected ? (focused ? '▌' : '▏') : '';
    drawText(grid, 0, line, edge, isSelected ? mergeStyle(selection, styles.accent) : styles.accent);
    at = 1;
    for (const { column, width } of columns) {
      const { text, style = styles.text } = column.cell(row);
      const look = isSelected ? mergeStyle(selection, style) : style;
      const cut = column.keep === 'end' && textWidth(text) > width ? shortenStart(text, width) : text;
      drawText(grid, at, line, fit(cut, width, column.align), look);
      at += width + gap;
    }
  }
  paintScrollbar(grid, { row: 1, rows: height, top, length: rows.length, styles });
}

/** Widths that fit: natural ones first, then the growing column gives way, then whole columns do. */
function solveColumns<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  available: number,
): { readonly column: TableColumn<Row>; readonly width: number }[] {
  const natural = columns.map((column) => {
    const widest = rows.reduce((most, row) => Math.max(most, textWidth(column.cell(row).text)), 0);
    const least = column.grows === true ? 0 : column.least;
    const width = Math.min(column.most, Math.max(least, widest, textWidth(column.header)));
    return { column, width };
  });
  const total = (list: readonly { readonly width: number }[]): number =>
    list.reduce((sum, { width }) => sum + width, 0) + gap * Math.max(0, list.length - 1);
  let kept = natural;
  while (total(squeezed(kept)) > available) {
    const next = kept
      .filter(({ column }) => column.drop > 0)
      .toSorted((a, b) => a.column.drop - b.column.drop)[0];
    if (next === undefined) break;
    kept = kept.filter((other) => other !== next);
  }
  let spare = available - total(kept);
  return kept.map((item) => {
    if (item.column.grows !== true) return item;
    const width = Math.max(Math.min(item.width, item.column.least), item.width + spare);
    spare -= width - item.width;
    return { ...item, width };
  });
}

function squeezed<Row>(list: readonly { readonly column: TableColumn<Row>; readonly width: number }[]) {
  return list.map(({ column, width }) => ({
    column,
    width: column.grows === true ? Math.min(width, column.least) : width,
  }));
}
