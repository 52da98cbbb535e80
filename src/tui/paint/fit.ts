import { graphemes, isAscii, textWidth } from './grapheme.ts';

/** Where the filling or the cut goes. */
export type Alignment = 'left' | 'right' | 'center';

const ellipsis = '…';

/** Text of exactly `width` cells: padded with blanks, or cut with an ellipsis. Controls take no cell and are dropped. */
export function fit(text: string, width: number, align: Alignment = 'left'): string {
  if (width <= 0) return '';
  const taken = textWidth(text);
  if (taken > width) return cut(text, width);
  const clean =
    isAscii(text) && taken === text.length
      ? text
      : graphemes(text)
          .map((part) => part.text)
          .join('');
  const missing = width - taken;
  if (align === 'left') return clean + ' '.repeat(missing);
  if (align === 'right') return ' '.repeat(missing) + clean;
  const left = Math.floor(missing / 2);
  return ' '.repeat(left) + clean + ' '.repeat(missing - left);
}

/** At most `width` cells, an ellipsis in place of what was cut. */
export function shorten(text: string, width: number): string {
  if (width <= 0) return '';
  return textWidth(text) <= width ? text : cut(text, width).trimEnd();
}

/** Keeps the end, which tells more of a path or a reference. */
export function shortenStart(text: string, width: number): string {
  if (width <= 0) return '';
  if (textWidth(text) <= width) return text;
  const parts = graphemes(text);
  let taken = 1;
  let from = parts.length;
  while (from > 0 && taken + (parts[from - 1]?.width ?? 1) <= width) {
    from -= 1;
    taken += parts[from]?.width ?? 1;
  }
  return (
    ellipsis +
    parts
      .slice(from)
      .map((part) => part.text)
      .join('')
  );
}

function cut(text: string, width: number): string {
  let out = '';
  let taken = 0;
  for (const part of graphemes(text)) {
    if (taken + part.width > width - 1) break;
    out += part.text;
    taken += part.width;
  }
  return out + ellipsis + ' '.repeat(width - taken - 1);
}
