/** Words as a line a shell reads back the same: `gantry run -d --name web web:1`. */
export function jobLine(words: readonly string[]): string {
  return ['gantry', ...words].map(quoteWord).join(' ');
}

/** A word in single quotes where a shell would read it otherwise. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
