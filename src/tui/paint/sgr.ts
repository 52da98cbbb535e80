import { attribute, type CellStyle, plainStyle } from './cell-style.ts';
import {
  type Colour,
  colourValue,
  defaultColour,
  isPaletteColour,
  isRgbColour,
  paletteColour,
  rgbColour,
} from './colour.ts';

/**
 * Applies the parameters of one `ESC [ … m` to a style (ECMA-48 8.3.117 with xterm's colours; `38:2::r:g:b` as well
 * as `38;2;r;g;b`). What we do not draw (blink, hidden, fonts) is skipped.
 */
export function applySgr(style: CellStyle, parameters: string): CellStyle {
  if (parameters === '' || parameters === '0') return plainStyle;
  let { fg, bg, attributes } = style;
  const codes = parameters.split(';');
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] as string;
    const number = Number.parseInt(code, 10) || 0;
    if (number === 38 || number === 48) {
      const read = code.includes(':') ? colonColour(code) : semicolonColour(codes, at);
      at += read.taken;
      if (read.colour !== undefined && number === 38) fg = read.colour;
      if (read.colour !== undefined && number === 48) bg = read.colour;
    } else if (number === 0) {
      fg = defaultColour;
      bg = defaultColour;
      attributes = 0;
    } else if (number < 30) {
      attributes = withAttribute(attributes, number);
    } else if (number <= 37) fg = paletteColour(number - 30);
    else if (number === 39) fg = defaultColour;
    else if (number >= 40 && number <= 47) bg = paletteColour(number - 40);
    else if (number === 49) bg = defaultColour;
    else if (number >= 90 && number <= 97) fg = paletteColour(number - 82);
    else if (number >= 100 && number <= 107) bg = paletteColour(number - 92);
  }
  return { fg, bg, attributes };
}

/** The shortest `ESC [ … m` that turns one style into the other; empty when they are alike. Colours as they are. */
export function sgrBetween(from: CellStyle, to: CellStyle): string {
  if (from.fg === to.fg && from.bg === to.bg && from.attributes === to.attributes) return '';
  if (to.fg === defaultColour && to.bg === defaultColour && to.attributes === 0) return '\u001b[m';
  const codes: (string | number)[] = [];
  let lost = from.attributes & ~to.attributes;
  let gained = to.attributes & ~from.attributes;
  if ((lost & (attribute.bold | attribute.dim)) !== 0) {
    codes.push(22);
    gained |= to.attributes & (attribute.bold | attribute.dim);
    lost &= ~(attribute.bold | attribute.dim);
  }
  for (const [flag, on, off] of switches) {
    if ((lost & flag) !== 0) codes.push(off);
    if ((gained & flag) !== 0) codes.push(on);
  }
  if (from.fg !== to.fg) codes.push(colourCode(to.fg, 30));
  if (from.bg !== to.bg) codes.push(colourCode(to.bg, 40));
  return `\u001b[${codes.join(';')}m`;
}

const switches = [
  [attribute.bold, 1, 22],
  [attribute.dim, 2, 22],
  [attribute.italic, 3, 23],
  [attribute.underline, 4, 24],
  [attribute.inverse, 7, 27],
  [attribute.strike, 9, 29],
] as const;

function withAttribute(attributes: number, code: number): number {
  switch (code) {
    case 21:
    case 22:
      return attributes & ~(attribute.bold | attribute.dim);
    default: {
      for (const [flag, on, off] of switches) {
        if (code === on) return attributes | flag;
        if (code === off) return attributes & ~flag;
      }
      return attributes;
    }
  }
}

function colourCode(colour: Colour, base: 30 | 40): string {
  const value = colourValue(colour);
  if (isPaletteColour(colour)) {
    if (value < 8) return String(base + value);
    return value < 16 ? String(base + 52 + value) : `${base + 8};5;${value}`;
  }
  if (isRgbColour(colour)) return `${base + 8};2;${value >> 16};${(value >> 8) & 0xff};${value & 0xff}`;
  return String(base + 9);
}

interface ReadColour {
  readonly colour: Colour | undefined;
  /** Parameters used up beyond the first. */
  readonly taken: number;
}

function semicolonColour(codes: readonly string[], at: number): ReadColour {
  const numbers = codes.slice(at + 1, at + 5).map((code) => Number.parseInt(code, 10) || 0);
  if (numbers[0] === 5) return { colour: paletteColour(numbers[1] ?? 0), taken: 2 };
  if (numbers[0] !== 2) return { colour: undefined, taken: numbers.length };
  return { colour: rgbColour(numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 0), taken: 4 };
}

function colonColour(code: string): ReadColour {
  const [, kind, ...rest] = code.split(':').map((part) => Number.parseInt(part, 10) || 0);
  if (kind === 5) return { colour: paletteColour(rest[0] ?? 0), taken: 0 };
  if (kind !== 2) return { colour: undefined, taken: 0 };
  // The colour space before the channels is optional in practice.
  const [red = 0, green = 0, blue = 0] = rest.length > 3 ? rest.slice(1) : rest;
  return { colour: rgbColour(red, green, blue), taken: 0 };
}
