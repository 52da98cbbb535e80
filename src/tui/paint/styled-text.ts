import type { CellStyle } from './cell-style.ts';
import { type Grapheme, graphemes, isAscii } from './grapheme.ts';
import { applySgr } from './sgr.ts';

/** One glyph of a line with colours in it. */
export interface StyledGlyph {
  readonly grapheme: Grapheme;
  readonly style: CellStyle;
  /** Where it begins in the text without its escape sequences. */
  readonly offset: number;
}

/** A line with SGR sequences as glyphs. Where the line says default, `base` shows; other escapes are dropped. */
export function styledGlyphs(line: string, base: CellStyle): StyledGlyph[] {
  const found: StyledGlyph[] = [];
  let own: CellStyle = { fg: 0, bg: 0, attributes: 0 };
  let style = base;
  let offset = 0;
  for (const part of line.split(escapes)) {
    if (part.startsWith('\u001b')) {
      if (!part.endsWith('m')) continue;
      own = applySgr(own, part.slice(2, -1));
      style = { fg: own.fg || base.fg, bg: own.bg || base.bg, attributes: own.attributes | base.attributes };
      continue;
    }
    const ascii = isAscii(part);
    let at = offset;
    for (const grapheme of graphemes(part)) {
      found.push({ grapheme, style, offset: at });
      at += ascii ? 1 : grapheme.text.length;
    }
    offset += part.length;
  }
  return found;
}

/** The line without its colours. */
export function plainText(line: string): string {
  return line.includes('\u001b') ? line.replace(escapes, '') : line;
}

const escapes = /(\u001b\[[0-?]*[ -/]*[@-~])/g;
