/** Without the last word, as ctrl-w does. */
export function withoutLastWord(text: string): string {
  return text.replace(/\S*\s*$/, '');
}
