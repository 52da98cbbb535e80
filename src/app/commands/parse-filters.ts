import { GantryError } from '../../base/gantry-error.ts';
import type { Filters } from '../../engine/filters.ts';

/** `['status=exited', 'label=a=b']` as the port takes it. Throws `invalid` / `bad-filter` where there is no `=`. */
export function parseFilters(words: readonly string[]): Filters {
  const filters: Record<string, string[]> = Object.create(null);
  for (const word of words) {
    if (word === '') continue;
    const at = word.indexOf('=');
    if (at < 0) {
      throw new GantryError({
        kind: 'invalid',
        code: 'bad-filter',
        message: `invalid argument ${JSON.stringify(word)} for "-f, --filter" flag: bad format of filter (expected name=value)`,
      });
    }
    const key = word.slice(0, at).trim().toLowerCase();
    filters[key] = [...(filters[key] ?? []), word.slice(at + 1).trim()];
  }
  return filters;
}
