import { isBlank } from './blank.ts';

/** The first word of a text without blanks at its ends, and what follows the blanks behind it. Costs only the word. */
export function cutWord(text: string): { readonly word: string; readonly rest: string } {
  let end = 0;
  while (end < text.length && !isBlank(text[end] as string)) end += 1;
  let next = end;
  while (next < text.length && isBlank(text[next] as string)) next += 1;
  return { word: text.slice(0, end), rest: text.slice(next) };
}
