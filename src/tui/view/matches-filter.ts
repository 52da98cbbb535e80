/**
 * Whether all words of a filter occur in one of the texts; a word after `!` must not. Letter case does not matter.
 */
export function matchesFilter(filter: string, ...texts: readonly string[]): boolean {
  if (filter === '') return true;
  const haystack = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) =>
      word.startsWith('!') ? word.length === 1 || !haystack.includes(word.slice(1)) : haystack.includes(word),
    );
}
