const gap = 3;

/**
 * Cells as lines with their columns under each other; the last cell of a line is left as it is. A column is at least
 * `leastWidth` wide, as in Docker's tables.
 */
export function alignColumns(rows: readonly (readonly string[])[], leastWidth = 10): readonly string[] {
  const widths: number[] = [];
  const cellWidths = rows.map((row) => {
    const own = row.slice(0, -1).map(textWidth);
    for (let at = 0; at < own.length; at++) widths[at] = Math.max(widths[at] ?? leastWidth, own[at]! + gap);
    return own;
  });
  return rows.map((row, number) => {
    const own = cellWidths[number]!;
    let line = '';
    for (let at = 0; at < own.length; at++) line += row[at]! + ' '.repeat(widths[at]! - own[at]!);
    return line + (row.at(-1) ?? '');
  });
}

function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  made ??= classes();
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x300) width += 1;
    else if (made.combining.test(character)) continue;
    else width += made.wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Nearly every cell. */
const plain = /^[\u0020-\u007e]*$/;

/** Made when a cell needs them: the classes of Unicode in them take V8 a millisecond or two. */
const classes = () => ({
  combining: /\p{Mn}|\p{Me}|[\u200b-\u200d]|[\ufe00-\ufe0f]/u,
  wide: /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60]|\p{Emoji_Presentation}/u,
});
let made: ReturnType<typeof classes> | undefined;
