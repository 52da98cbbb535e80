import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildCacheEntry } from '../../../engine/builds.ts';
import { filterTime } from '../../../engine/filter-time.ts';
import type { Filters } from '../../../engine/filters.ts';

/**
 * What the filters of a prune of the cache mean: of several times the earliest, of several IDs or types any, and all keys
 * at once. Throws `invalid` / `bad-filter`.
 */
export function cacheMatcher(filters: Filters): (entry: BuildCacheEntry) => boolean {
  const times = [...(filters['until'] ?? []), ...(filters['unused-for'] ?? [])];
  const until = Math.min(...times.map((text) => filterTime(text, Date.now())));
  const ids = filters['id'];
  const types = filters['type'];
  const inUse = filters['inuse']?.map((text) => readFlag('inuse', text));
  const shared = filters['shared']?.map((text) => readFlag('shared', text));
  return (entry) =>
    Date.parse(entry.lastUsedAt) < until &&
    (ids?.some((id) => id !== '' && entry.id.startsWith(id)) ?? true) &&
    (types?.includes(entry.type) ?? true) &&
    (inUse?.includes(entry.inUse) ?? true) &&
    (shared?.includes(entry.shared) ?? true);
}

function readFlag(key: string, text: string): boolean {
  if (/^(?:1|t|true)$/i.test(text)) return true;
  if (/^(?:0|f|false)$/i.test(text)) return false;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-filter',
    message: `invalid filter '${key}=${text}'`,
    hint: `${key}=true or ${key}=false`,
  });
}
