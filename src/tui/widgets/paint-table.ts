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
  /** For a place of so many columns: what does not fit is cut. */
  readonly cell: (row: Row, width: number) => TableCell;
  readonly align?: 'left' | 'right' | undefined;
  /** Narrower only where everything in it is. A column that grows or shrinks gives way down to this before others go. */
  readonly least: number;
  readonly most: number;
  /** Where there is not room for all, columns go in this order, 0 never. */
  readonly drop: number;
  /** Takes what room is left. */
  readonly grows?: boolean | undefined;
  /** Makes do with less where there is not room for all; those named first get theirs first. */
  readonly shrinks?: boolean | undefined;
  /** Not there while nothing is in it. */
  readonly optional?: boolean | undefined;
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
  /** The widest that was in each column by its header, kept from one picture to the next: columns do not jump. */
  readonly widths: Map<string, number>;
  readonly styles: Styles;
}

const gap = 2;

/** A list with aligned columns: a line of headers, rows, a bar at the selected one, a scroll bar when it is longer. */
export function paintTable<Row>(grid: CellGrid, input: TableInput<Row>): void {
  const { rows, top, selected, focused, isMarked, styles } = input;
  const height = Math.max(0, grid.rows - 1);
  const shown = rows.slice(top, top + height);
  const columns = solveColumns(input.columns, shown, grid.columns - 2, input.widths);
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
    const edge = isMarked?.(row) === true ? '✓' : isSelected ? (focused ? '▌' : '▎') : '';
    drawText(grid, 0, line, edge, isSelected ? mergeStyle(selection, styles.accent) : styles.accent);
    at = 1;
    for (const { column, width } of columns) {
      const { text, style = styles.text } = column.cell(row, width);
      const look = isSelected ? mergeStyle(selection, style) : style;
      const cut = column.keep === 'end' && textWidth(text) > width ? shortenStart(text, width) : text;
      drawText(grid, at, line, fit(cut, width, column.align), look);
      at += width + gap;
    }
  }
  paintScrollbar(grid, { row: 1, rows: height, top, length: rows.length, styles });
}

interface PlacedColumn<Row> {
  readonly column: TableColumn<Row>;
  /** What it wants, and what it makes do with. */
  readonly natural: number;
  readonly least: number;
}

/** Widths that fit: natural ones first, then columns that can give way do, then whole columns do. */
function solveColumns<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  available: number,
  known: Map<string, number>,
): { readonly column: TableColumn<Row>; readonly width: number }[] {
  let kept = columns.flatMap((column): PlacedColumn<Row>[] => {
    const { header, least, most, grows = false, shrinks = false, optional = false } = column;
    const widest = rows.reduce(
      (wide, row) => Math.max(wide, textWidth(column.cell(row, most).text)),
      known.get(header) ?? 0,
    );
    known.set(header, widest);
    if (optional && widest === 0) return [];
    const natural = Math.min(most, Math.max(grows ? 0 : least, widest, textWidth(header)));
    return [{ column, natural, least: grows || shrinks ? Math.min(natural, least) : natural }];
  });
  const spare = (): number =>
    available - kept.reduce((sum, { least }) => sum + least, 0) - gap * Math.max(0, kept.length - 1);
  while (spare() < 0) {
    const next = kept
      .filter(({ column }) => column.drop > 0)
      .toSorted((a, b) => a.column.drop - b.column.drop)[0];
    if (next === undefined) break;
    kept = kept.filter((other) => other !== next);
  }
  let left = Math.max(0, spare());
  const given = kept.map(({ column, natural, least }) => {
    const more = column.grows === true ? 0 : Math.min(left, natural - least);
    left -= more;
    return { column, width: least + more };
  });
  const growing = given.findIndex(({ column }) => column.grows === true);
  return given.map((item, index) => (index === growing ? { ...item, width: item.width + left } : item));
}
