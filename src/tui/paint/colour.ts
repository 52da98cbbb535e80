/**
 * A colour in one number, so that grids hold them in typed arrays: 0 is the terminal's own colour, 0x1000000 + index
 * one of the 256 of the palette, 0x2000000 + 0xrrggbb a true colour.
 */
export type Colour = number;

export const defaultColour: Colour = 0;
const paletteFlag = 0x1000000;
const rgbFlag = 0x2000000;

export function paletteColour(index: number): Colour {
  return paletteFlag | (index & 0xff);
}

export function rgbColour(red: number, green: number, blue: number): Colour {
  return rgbFlag | ((red & 0xff) << 16) | ((green & 0xff) << 8) | (blue & 0xff);
}

/** `#rrggbb`, or undefined when it is not one. */
export function parseHexColour(text: string): Colour | undefined {
  return /^#[0-9a-f]{6}$/i.test(text) ? rgbFlag | Number.parseInt(text.slice(1), 16) : undefined;
}

export function isPaletteColour(colour: Colour): boolean {
  return (colour & paletteFlag) !== 0;
}

export function isRgbColour(colour: Colour): boolean {
  return (colour & rgbFlag) !== 0;
}

/** The index of a palette colour, or the 24 bits of a true one. */
export function colourValue(colour: Colour): number {
  return colour & 0xffffff;
}
