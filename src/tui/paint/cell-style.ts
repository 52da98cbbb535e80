import type { Colour } from './colour.ts';
import { defaultColour } from './colour.ts';

/** How a cell looks besides its character. Attributes are a sum of {@link attribute} flags. */
export interface CellStyle {
  readonly fg: Colour;
  readonly bg: Colour;
  readonly attributes: number;
}

/** One bit each; the two highest bits of a grid's byte belong to the grid (see cell-grid.ts). */
export const attribute = { bold: 1, dim: 2, italic: 4, underline: 8, inverse: 16, strike: 32 } as const;

export const plainStyle: CellStyle = { fg: defaultColour, bg: defaultColour, attributes: 0 };

export function cellStyle(fg: Colour, bg: Colour = defaultColour, attributes = 0): CellStyle {
  return { fg, bg, attributes };
}

/** `over` painted on `base`: colours of `over` win unless they are the default, attributes add up. */
export function mergeStyle(base: CellStyle, over: CellStyle): CellStyle {
  return {
    fg: over.fg === defaultColour ? base.fg : over.fg,
    bg: over.bg === defaultColour ? base.bg : over.bg,
    attributes: base.attributes | over.attributes,
  };
}
