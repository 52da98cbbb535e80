import { attribute, type CellStyle } from '../paint/cell-style.ts';
import { type Colour, colourValue, defaultColour, isPaletteColour } from '../paint/colour.ts';

/** Properties of Ink's `<Text>` for a style. */
export interface InkTextProps {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** A style as Ink takes it. Ink always writes true colours: the painter brings them down to what the terminal has. */
export function inkProps({ fg, bg, attributes }: CellStyle): InkTextProps {
  return {
    ...(fg !== defaultColour && { color: inkColour(fg) }),
    ...(bg !== defaultColour && { backgroundColor: inkColour(bg) }),
    ...((attributes & attribute.bold) !== 0 && { bold: true }),
    ...((attributes & attribute.dim) !== 0 && { dimColor: true }),
    ...((attributes & attribute.italic) !== 0 && { italic: true }),
    ...((attributes & attribute.underline) !== 0 && { underline: true }),
    ...((attributes & attribute.inverse) !== 0 && { inverse: true }),
  };
}

function inkColour(colour: Colour): string {
  const value = colourValue(colour);
  return isPaletteColour(colour) ? `ansi256(${value})` : `#${value.toString(16).padStart(6, '0')}`;
}
