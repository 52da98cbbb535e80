import { plainStyle } from '../paint/cell-style.ts';
import { textWidth } from '../paint/grapheme.ts';
import { plainText, type StyledGlyph, styledGlyphs } from '../paint/styled-text.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { wrapGlyphs } from '../widgets/wrap-glyphs.ts';
import type { OverlayOf } from './overlay.ts';

/** Where the rows of a text stand when its lines are wrapped: the line, and which part of it. */
export interface ViewerRow {
  readonly line: number;
  readonly part: number;
}

/** Columns of an overlay that its text does not get: the frame, and a blank at each side. */
export const viewerMargin = 4;

/** The rows of a viewer's lines in `width` columns; without wrapping a line is a row. */
export function viewerRows(
  { lines, wrap }: Pick<OverlayOf<'viewer'>, 'lines' | 'wrap'>,
  width: number,
): readonly ViewerRow[] {
  const rows: ViewerRow[] = [];
  for (const [line, text] of lines.entries()) {
    const parts = wrap ? partCount(text, width) : 1;
    for (let part = 0; part < parts; part += 1) rows.push({ line, part });
  }
  return rows;
}

/** What stands in a row; what lies beyond `width` is cut. */
export function viewerRow(
  { lines, shift }: OverlayOf<'viewer'>,
  { line, part }: ViewerRow,
  width: number,
  styles: Styles,
): readonly StyledGlyph[] {
  const glyphs = styledGlyphs(lines[line] ?? '', styles.text);
  return wrapGlyphs(shift === 0 ? glyphs : glyphs.slice(shift), width)[part] ?? [];
}

function partCount(text: string, width: number): number {
  // Most lines fit, and counting glyphs is not free.
  if (text.length <= width / 2 || textWidth(plainText(text)) <= width) return 1;
  return wrapGlyphs(styledGlyphs(text, plainStyle), width).length;
}
