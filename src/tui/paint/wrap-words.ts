import { graphemes, textWidth } from './grapheme.ts';

/** Text in lines of at most `width` cells, broken between words; a word that is wider is broken inside. */
export function wrapWords(text: string, width: number): readonly string[] {
  if (width <= 0) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

function broken(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const part of graphemes(word)) {
    if (taken + part.width > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      taken = 0;
    }
    piece += part.text;
    taken += part.width;
  }
  return [...pieces, piece];
}
