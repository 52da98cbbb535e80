import { filterTime } from './filter-time.ts';
import { type Filters, hasLabel } from './filters.ts';

/** What the filters of a prune look at. */
export interface Prunable {
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

/**
 * Whether Docker's `until`, `label` and `label!` let something go: several of a key must all hold. Other keys are not
 * looked at. Throws `invalid` / `bad-filter` for an `until` that is no time.
 */
export function passesPruneFilters(
  { labels, createdAt }: Prunable,
  filters: Filters,
  nowMs: number = Date.now(),
): boolean {
  return (
    (filters['label'] ?? []).every((label) => hasLabel(labels, label)) &&
    !(filters['label!'] ?? []).some((label) => hasLabel(labels, label)) &&
    (filters['until'] ?? []).every((until) => Date.parse(createdAt) < filterTime(until, nowMs))
  );
}

/** Throws as {@link passesPruneFilters} does, also where there is nothing to be let go. */
export function checkUntil(filters: Filters): void {
  for (const until of filters['until'] ?? []) filterTime(until, 0);
}
