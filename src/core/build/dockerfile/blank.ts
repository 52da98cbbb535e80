/** What separates words in a Dockerfile. A no-break space is part of a word. */
export const blanks = /[\t\v\f\r ]+/;

/** As {@link blanks}, for a single character of a line. */
export function isBlank(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r');
}

/** The words of a line whose quotes mean nothing. */
export function plainWords(text: string): readonly string[] {
  return text === '' ? [] : text.split(blanks);
}
