import { blanks, isBlank } from './blank.ts';

/**
 * Splits at blanks as the shell would, leaving quotes and escapes in the words: expansion comes later. For ENV, LABEL
 * and ARG. An unclosed quote runs to the end of the line.
 */
export function splitWords(text: string, escapeChar: string): readonly string[] {
  if (!/['"\\`]/.test(text)) return text.split(blanks).filter((word) => word !== '');
  const words: string[] = [];
  let start = -1;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (quote === '' && isBlank(char)) {
      if (start >= 0) words.push(text.slice(start, at));
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (char === escapeChar && quote !== "'") {
      // An escape with nothing behind it is dropped.
      if (at + 1 === text.length) return at === start ? words : [...words, text.slice(start, at)];
      at += 1;
    } else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === "'" || char === '"') quote = char;
  }
  if (start >= 0) words.push(text.slice(start));
  return words;
}
