import { type CellStyle, plainStyle } from './cell-style.ts';
import { type Grapheme, graphemes, isAscii } from './grapheme.ts';

/** A rectangle of cells, an array a property: cheap to copy and to compare. */
export interface CellGrid {
  readonly columns: number;
  readonly rows: number;
  /** One grapheme a cell; empty: the right half of the wide one before. */
  readonly glyphs: string[];
  readonly fg: Uint32Array;
  readonly bg: Uint32Array;
  /** Flags of cell-style.ts plus {@link wideFlag} and {@link disputedFlag}. */
  readonly attributes: Uint8Array;
}

/** The glyph takes this cell and the next. */
export const wideFlag = 64;
/** Terminals disagree about the glyph's width. */
export const disputedFlag = 128;
export const styleMask = 63;

export function createGrid(columns: number, rows: number): CellGrid {
  const size = columns * rows;
  return {
    columns,
    rows,
    glyphs: new Array<string>(size).fill(' '),
    fg: new Uint32Array(size),
    bg: new Uint32Array(size),
    attributes: new Uint8Array(size),
  };
}

export function clearGrid(grid: CellGrid, style: CellStyle = plainStyle): void {
  grid.glyphs.fill(' ');
  grid.fg.fill(style.fg);
  grid.bg.fill(style.bg);
  grid.attributes.fill(style.attributes);
}

/** Fills `count` cells of a row with one narrow glyph. Clipped to the grid. */
export function fillCells(
  grid: CellGrid,
  column: number,
  row: number,
  count: number,
  style: CellStyle = plainStyle,
  glyph = ' ',
): void {
  if (row < 0 || row >= grid.rows) return;
  const from = row * grid.columns + Math.max(0, column);
  const to = row * grid.columns + Math.min(grid.columns, column + count);
  for (let at = from; at < to; at += 1) {
    grid.glyphs[at] = glyph;
    grid.fg[at] = style.fg;
    grid.bg[at] = style.bg;
    grid.attributes[at] = style.attributes;
  }
}

/** Puts one glyph; a wide one that does not fit before `limit` becomes a blank. Returns the column after it. */
export function putGrapheme(
  grid: CellGrid,
  column: number,
  row: number,
  grapheme: Grapheme,
  style: CellStyle,
  limit: number = grid.columns,
): number {
  const { width } = grapheme;
  if (row < 0 || row >= grid.rows) return column + width;
  if (column < 0 || column + width > limit) {
    for (let half = 0; half < width; half += 1) {
      if (column + half >= 0 && column + half < limit) fillCells(grid, column + half, row, 1, style);
    }
    return column + width;
  }
  const at = row * grid.columns + column;
  grid.glyphs[at] = grapheme.text;
  grid.fg[at] = style.fg;
  grid.bg[at] = style.bg;
  grid.attributes[at] =
    style.attributes | (width === 2 ? wideFlag : 0) | (grapheme.disputed ? disputedFlag : 0);
  if (width === 2) {
    grid.glyphs[at + 1] = '';
    grid.fg[at + 1] = style.fg;
    grid.bg[at + 1] = style.bg;
    grid.attributes[at + 1] = style.attributes;
  }
  return column + width;
}

/**
 * Writes plain text (no escape sequences: controls take no cell) in one style, clipped to `[0, limit)`. Returns the
 * column after the text, clipped or not.
 */
export function drawText(
  grid: CellGrid,
  column: number,
  row: number,
  text: string,
  style: CellStyle,
  limit: number = grid.columns,
): number {
  const end = Math.min(limit, grid.columns);
  if (!isAscii(text)) {
    let next = column;
    for (const grapheme of graphemes(text)) {
      if (next >= end) return next;
      next = putGrapheme(grid, next, row, grapheme, style, end);
    }
    return next;
  }
  if (row < 0 || row >= grid.rows) return column + text.length;
  const offset = row * grid.columns;
  let next = column;
  for (let index = 0; index < text.length && next < end; index += 1) {
    if (text.charCodeAt(index) < 0x20) continue;
    if (next >= 0) {
      const at = offset + next;
      grid.glyphs[at] = text[index] as string;
      grid.fg[at] = style.fg;
      grid.bg[at] = style.bg;
      grid.attributes[at] = style.attributes;
    }
    next += 1;
  }
  return next;
}

/** Copies `count` cells between rows of two grids. The caller keeps within both. */
export function copyCells(from: CellGrid, fromAt: number, to: CellGrid, toAt: number, count: number): void {
  for (let index = 0; index < count; index += 1) {
    to.glyphs[toAt + index] = from.glyphs[fromAt + index] as string;
    to.fg[toAt + index] = from.fg[fromAt + index] as number;
    to.bg[toAt + index] = from.bg[fromAt + index] as number;
    to.attributes[toAt + index] = from.attributes[fromAt + index] as number;
  }
}
