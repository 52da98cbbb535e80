import { parsePairs } from './parse-pairs.ts';
import { specError } from './spec-error.ts';

/** `--label a=1 --label b`, for whatever has labels. Throws `invalid` / `bad-label` for one without a name. */
export function parseLabels(words: readonly string[]): Readonly<Record<string, string>> {
  const bad = words.find((word) => word === '' || word.startsWith('='));
  if (bad !== undefined) throw specError('bad-label', `--label: invalid label '${bad}': empty name`);
  return parsePairs(words);
}
