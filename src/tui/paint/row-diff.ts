import { asciiGlyph } from './ascii-glyph.ts';
import { type CellGrid, disputedFlag, styleMask, wideFlag } from './cell-grid.ts';
import type { CellStyle } from './cell-style.ts';
import { defaultColour } from './colour.ts';
import { type ColourLevel, mapColour } from './colour-level.ts';
import { sgrBetween } from './sgr.ts';

/** What the terminal's cursor and pen are like between two pieces of output. */
export interface Pen {
  /** -1: not known. */
  column: number;
  row: number;
  style: CellStyle;
}

/** What the terminal can show. */
export interface Abilities {
  readonly level: ColourLevel;
  /** Else every glyph that is not ASCII has a stand-in. */
  readonly unicode: boolean;
}

/** Unchanged cells fewer than this between two changed ones are written again: cheaper than a jump. */
const bridgeCells = 4;
/** Blanks from here on are erased (`ECH`) instead of written. */
const eraseFrom = 8;

/**
 * Writes what changed in one row and copies it to `glass`. A glyph of disputed width is written over blanks of the
 * width we believe in and left by an absolute jump, so no terminal can shift what follows.
 */
export function writeRow(
  next: CellGrid,
  glass: CellGrid,
  row: number,
  pen: Pen,
  abilities: Abilities,
): string {
  const { columns } = next;
  const offset = row * columns;
  let out = '';
  let column = 0;
  while (column < columns) {
    if (sameCell(next, glass, offset + column)) {
      column += 1;
      continue;
    }
    let start = column;
    // The right half of a wide glyph cannot be written alone, neither the old one's nor the new one's.
    while (start > 0 && (next.glyphs[offset + start] === '' || glass.glyphs[offset + start] === ''))
      start -= 1;
    const end = changedUntil(next, glass, offset, column);
    out += writeCells(next, offset, row, start, end, pen, abilities);
    column = end;
  }
  if (out !== '') {
    for (let at = offset; at < offset + columns; at += 1) {
      glass.glyphs[at] = next.glyphs[at] as string;
      glass.fg[at] = next.fg[at] as number;
      glass.bg[at] = next.bg[at] as number;
      glass.attributes[at] = next.attributes[at] as number;
    }
  }
  return out;
}

function sameCell(a: CellGrid, b: CellGrid, at: number): boolean {
  return (
    a.glyphs[at] === b.glyphs[at] &&
    a.fg[at] === b.fg[at] &&
    a.bg[at] === b.bg[at] &&
    a.attributes[at] === b.attributes[at]
  );
}

/** The end of a run of changed cells, short unchanged gaps included; never inside a wide glyph. */
function changedUntil(next: CellGrid, glass: CellGrid, offset: number, from: number): number {
  let end = from + 1;
  let gap = 0;
  for (let column = from + 1; column < next.columns && gap < bridgeCells; column += 1) {
    const at = offset + column;
    const half = next.glyphs[at] === '' || glass.glyphs[at] === '';
    if (half || !sameCell(next, glass, at)) {
      end = column + 1;
      gap = 0;
    } else {
      gap += 1;
    }
  }
  return end;
}

function writeCells(
  next: CellGrid,
  offset: number,
  row: number,
  start: number,
  end: number,
  pen: Pen,
  { level, unicode }: Abilities,
): string {
  let out = '';
  for (let column = start; column < end; ) {
    const at = offset + column;
    const blanks = blankRun(next, at, offset + end);
    const style = {
      // A blank shows no foreground: keep the pen's.
      fg: blanks > 0 ? pen.style.fg : mapColour(next.fg[at] as number, level),
      bg: mapColour(next.bg[at] as number, level),
      attributes: (next.attributes[at] as number) & styleMask,
    };
    const toEnd = column + blanks === next.columns;
    if (blanks >= eraseFrom || (toEnd && blanks > 2)) {
      out += moveTo(pen, column, row) + setStyle(pen, style);
      out += toEnd ? '\u001b[K' : `\u001b[${blanks}X`;
      column += blanks;
      continue;
    }
    out += moveTo(pen, column, row);
    out += setStyle(pen, style);
    const attributes = next.attributes[at] as number;
    const width = (attributes & wideFlag) === 0 ? 1 : 2;
    const own = next.glyphs[at] as string;
    const glyph = unicode || own === '' ? own : asciiGlyph(own, width);
    if (unicode && (attributes & disputedFlag) !== 0) {
      out += ' '.repeat(width);
      pen.column = -1;
      out += moveTo(pen, column, row) + glyph;
      pen.column = -1;
    } else {
      out += glyph === '' ? ' ' : glyph;
      // At the right edge the terminal waits to wrap; where it stands then differs.
      pen.column = column + width >= next.columns ? -1 : column + width;
    }
    column += width;
  }
  return out;
}

/** Blanks of one background without attributes, from `at` on. Their foreground does not show. */
function blankRun(grid: CellGrid, at: number, end: number): number {
  let stop = at;
  while (
    stop < end &&
    grid.glyphs[stop] === ' ' &&
    grid.bg[stop] === defaultColour &&
    grid.attributes[stop] === 0
  ) {
    stop += 1;
  }
  return stop - at;
}

function moveTo(pen: Pen, column: number, row: number): string {
  if (pen.row === row && pen.column === column) return '';
  const sameRow = pen.row === row && pen.column >= 0;
  pen.row = row;
  const from = pen.column;
  pen.column = column;
  if (sameRow && column > from && column - from < 100) {
    return column - from === 1 ? '\u001b[C' : `\u001b[${column - from}C`;
  }
  return `\u001b[${row + 1}${column === 0 ? '' : `;${column + 1}`}H`;
}

function setStyle(pen: Pen, style: CellStyle): string {
  const out = sgrBetween(pen.style, style);
  pen.style = style;
  return out;
}
