import {
  type NamedColour,
  namedColours,
  type Theme,
  type TokenAttributes,
  type TokenStyle,
} from '../../app/themes/theme.ts';
import { type ThemeToken, themeTokens } from '../../app/themes/theme-token.ts';
import { attribute, type CellStyle } from '../paint/cell-style.ts';
import { type Colour, defaultColour, paletteColour, parseHexColour } from '../paint/colour.ts';
import type { ColourLevel } from '../paint/colour-level.ts';

/** Every role as the painter wants it. */
export type Styles = Readonly<Record<ThemeToken, CellStyle>>;

/** A theme on a terminal: true colours, its sixteen where it has no more, attributes alone where it has none. */
export function resolveStyles(theme: Theme, level: ColourLevel): Styles {
  const styles = {} as Record<ThemeToken, CellStyle>;
  for (const token of themeTokens) styles[token] = resolve(theme.tokens[token], level);
  return styles;
}

function resolve(style: TokenStyle, level: ColourLevel): CellStyle {
  if (level === 0) return { fg: defaultColour, bg: defaultColour, attributes: flags(style.mono ?? style) };
  return {
    fg: colour(style.fg, style.fg16, level),
    bg: colour(style.bg, style.bg16, level),
    attributes: flags(style),
  };
}

function colour(exact: string | undefined, named: NamedColour | undefined, level: ColourLevel): Colour {
  if (level === 16 && named !== undefined) {
    return named === 'default' ? defaultColour : paletteColour(namedColours.indexOf(named));
  }
  return exact === undefined ? defaultColour : (parseHexColour(exact) ?? defaultColour);
}

function flags({ bold, dim, italic, underline, inverse }: TokenAttributes): number {
  return (
    (bold === true ? attribute.bold : 0) |
    (dim === true ? attribute.dim : 0) |
    (italic === true ? attribute.italic : 0) |
    (underline === true ? attribute.underline : 0) |
    (inverse === true ? attribute.inverse : 0)
  );
}
