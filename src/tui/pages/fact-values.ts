import type { Fact } from './page-lines.ts';

/** Words of a command line as one would type them: what holds blanks is quoted. */
export function commandText(words: readonly string[] | null | undefined): string | undefined {
  if (words === null || words === undefined || words.length === 0) return undefined;
  return words.map((word) => (/^[^\s'"\\]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

export function sortedKeys(record: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  return Object.keys(record ?? {}).toSorted();
}

export function labelFacts(labels: Readonly<Record<string, string>>): readonly Fact[] {
  return sortedKeys(labels).map((key) => [key, labels[key] === '' ? '""' : labels[key]]);
}
