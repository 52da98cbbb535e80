/**
 * Whether the terminal understands UTF-8, by the locale (POSIX: `LC_ALL` beats `LC_CTYPE` beats `LANG`). A locale that
 * is not set says nothing: terminals that do not are rare by now.
 */
export function showsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale === undefined || /utf-?8/i.test(locale);
}

/** What stands for a glyph of `width` cells where only ASCII can be shown. */
export function asciiGlyph(glyph: string, width: number): string {
  const first = glyph.codePointAt(0) ?? 0x20;
  if (first < 0x80) return glyph.length === 1 ? glyph : (glyph[0] ?? ' ');
  return (known.get(glyph) ?? range(first)).repeat(width);
}

const known = new Map(
  [
    ['╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝', '+'],
    ['─━═–—', '-'],
    ['│┃║▐▏▎', '|'],
    ['●◆◉', '*'],
    ['○◇', 'o'],
    ['·…◌', '.'],
    ['▌▶▸→', '>'],
    ['◀◂←', '<'],
    ['↑▲', '^'],
    ['↓▼', 'v'],
    ['✓', 'v'],
    ['✗×', 'x'],
    ['‘’', "'"],
    ['“”', '"'],
    ['◧█▓▒░■', '#'],
  ].flatMap(([glyphs = '', ascii = '?']) => [...glyphs].map((glyph) => [glyph, ascii] as const)),
);

function range(point: number): string {
  // Lines of boxes, blocks, and the dots that charts and spinners are made of.
  if (point >= 0x2500 && point <= 0x257f) return '+';
  if (point >= 0x2580 && point <= 0x259f) return '#';
  return point >= 0x2800 && point <= 0x28ff ? ':' : '?';
}
