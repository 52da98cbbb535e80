import type { StyledGlyph } from '../paint/styled-text.ts';

/** Glyphs in rows of at most `width` cells, broken where they must be; an empty line is one empty row. */
export function wrapGlyphs(line: readonly StyledGlyph[], width: number): readonly (readonly StyledGlyph[])[] {
  if (width <= 0) return [[]];
  const rows: StyledGlyph[][] = [];
  let row: StyledGlyph[] = [];
  let taken = 0;
  for (const glyph of line) {
    if (taken + glyph.grapheme.width > width) {
      rows.push(row);
      row = [];
      taken = 0;
    }
    row.push(glyph);
    taken += glyph.grapheme.width;
  }
  rows.push(row);
  return rows;
}
