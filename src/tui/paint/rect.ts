/** A rectangle of cells; columns and rows count from 0. */
export interface Rect {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

export const emptyRect: Rect = { column: 0, row: 0, columns: 0, rows: 0 };

export function sameRect(a: Rect, b: Rect): boolean {
  return a.column === b.column && a.row === b.row && a.columns === b.columns && a.rows === b.rows;
}

/** The rectangle without a border of `by` cells; never negative. */
export function insetRect(rect: Rect, by: number): Rect {
  return {
    column: rect.column + by,
    row: rect.row + by,
    columns: Math.max(0, rect.columns - 2 * by),
    rows: Math.max(0, rect.rows - 2 * by),
  };
}

export function containsCell(rect: Rect, column: number, row: number): boolean {
  return (
    column >= rect.column &&
    column < rect.column + rect.columns &&
    row >= rect.row &&
    row < rect.row + rect.rows
  );
}
