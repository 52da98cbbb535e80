import {
  type Colour,
  colourValue,
  defaultColour,
  isPaletteColour,
  isRgbColour,
  paletteColour,
} from './colour.ts';

/** What the terminal can show: no colour at all, the sixteen named ones, the palette of 256, or 24 bits. */
export type ColourLevel = 0 | 16 | 256 | 24;

/**
 * Reads the level from the environment: `NO_COLOR` (https://no-color.org) beats all, `FORCE_COLOR` 0 to 3 comes
 * next, then `COLORTERM` and `TERM`.
 */
export function detectColourLevel(env: Readonly<Record<string, string | undefined>>): ColourLevel {
  if ((env['NO_COLOR'] ?? '') !== '') return 0;
  const forced = env['FORCE_COLOR'];
  if (forced === '0' || forced === 'false') return 0;
  if (forced === '1') return 16;
  if (forced === '2') return 256;
  if (forced === '3') return 24;
  const term = env['TERM'] ?? '';
  if (term === 'dumb' || term.endsWith('-mono') || term === 'vt100' || term === 'vt220') return 0;
  if (/^(truecolor|24bit)$/.test(env['COLORTERM'] ?? '') || term.endsWith('-direct')) return 24;
  if (term.includes('256color') || term.includes('kitty') || term.includes('ghostty')) return 256;
  return 16;
}

/** The nearest colour the terminal can show. */
export function mapColour(colour: Colour, level: ColourLevel): Colour {
  if (level === 24 || colour === defaultColour) return colour;
  if (level === 0) return defaultColour;
  const known = cache[level].get(colour);
  if (known !== undefined) return known;
  const mapped = level === 256 ? to256(colour) : to16(colour);
  if (cache[level].size > 4096) cache[level].clear();
  cache[level].set(colour, mapped);
  return mapped;
}

const cache = { 16: new Map<Colour, Colour>(), 256: new Map<Colour, Colour>() };

function to256(colour: Colour): Colour {
  if (!isRgbColour(colour)) return colour;
  const [red, green, blue] = channels(colourValue(colour));
  const cube = 16 + 36 * cubeStep(red) + 6 * cubeStep(green) + cubeStep(blue);
  const grey = 232 + Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const target = [red, green, blue] as const;
  return paletteColour(
    distance(target, rgbOfPalette(grey)) < distance(target, rgbOfPalette(cube)) ? grey : cube,
  );
}

function to16(colour: Colour): Colour {
  if (isPaletteColour(colour) && colourValue(colour) < 16) return colour;
  const target = isRgbColour(colour) ? channels(colourValue(colour)) : rgbOfPalette(colourValue(colour));
  let best = 0;
  for (let index = 1; index < 16; index += 1) {
    if (distance(target, rgbOfPalette(index)) < distance(target, rgbOfPalette(best))) best = index;
  }
  return paletteColour(best);
}

type Rgb = readonly [number, number, number];

function channels(value: number): Rgb {
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** Steps of the 6x6x6 cube are 0, 95, 135, 175, 215 and 255. */
function cubeStep(channel: number): number {
  return channel < 48 ? 0 : channel < 115 ? 1 : Math.min(5, Math.round((channel - 55) / 40));
}

function rgbOfPalette(index: number): Rgb {
  if (index < 16) return channels(xtermNamed[index] ?? 0);
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const step = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)];
}

const xtermNamed = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/** Weighted by how the eye sees the channels. */
function distance(a: Rgb, b: Rgb): number {
  return 2 * (a[0] - b[0]) ** 2 + 4 * (a[1] - b[1]) ** 2 + 3 * (a[2] - b[2]) ** 2;
}
