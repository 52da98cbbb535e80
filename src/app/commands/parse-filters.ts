import type { Filters } from '../../engine/filters.ts';
import { usageError } from './parse/usage-error.ts';

/** `['status=exited', 'label=a=b']` as the port takes it. Throws `usage` / `bad-filter` where there is no `=`. */
export function parseFilters(words: readonly string[]): Filters {
  const filters: Record<string, string[]> = Object.create(null);
  for (const word of words) {
    if (word === '') continue;
    const at = word.indexOf('=');
    if (at < 0) {
      throw usageError(
        'bad-filter',
        `invalid argument ${JSON.stringify(word)} for "-f, --filter" flag: bad format of filter (expected name=value)`,
      );
    }
    const key = word.slice(0, at).trim().toLowerCase();
    filters[key] = [...(filters[key] ?? []), word.slice(at + 1).trim()];
  }
  return filters;
}
