import { GantryError } from '../../base/gantry-error.ts';
import { checkFilterKeys } from '../../engine/filter-keys.ts';
import { filterTime } from '../../engine/filter-time.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';
import { familiarName, familiarReference, parseReference } from '../../oci/reference.ts';
import type { ImageOutline } from './image-store.ts';
import { pathMatch } from './path-match.ts';

/** An image that passed, with the names that are to be shown of it: a `reference` filter drops the others. */
export interface FilteredImage<Some extends ImageOutline> {
  readonly image: Some;
  readonly references: readonly string[];
}

export interface FilterContext {
  readonly nowMs: number;
  /** Finds what `before` and `since` name. Throws `not-found`. */
  readonly resolve: (reference: string) => ImageOutline;
}

/** Values of one key are alternatives, keys must all hold; several labels must all be there, as Docker does it. */
type Test = (image: ImageOutline, values: readonly string[], context: FilterContext) => boolean;

const tests: Readonly<Record<string, Test>> = {
  dangling: (image, values) =>
    values.some((value) => flag('dangling', value) === (image.references.length === 0)),
  label: (image, values) => values.every((value) => hasLabel(labelsOf(image), value)),
  'label!': (image, values) => values.every((value) => !hasLabel(labelsOf(image), value)),
  before: (image, values, { resolve }) =>
    values.some((value) => createdMs(image) < createdMs(resolve(value))),
  since: (image, values, { resolve }) => values.some((value) => createdMs(image) > createdMs(resolve(value))),
  until: (image, values, { nowMs }) => values.some((value) => createdMs(image) <= filterTime(value, nowMs)),
  reference: (image, values) =>
    image.references.some((name) => values.some((pattern) => nameMatches(pattern, name))),
};

/** Throws `invalid` / `bad-filter` for unknown keys and values, also when there is no image. */
export function filterImages<Some extends ImageOutline>(
  images: readonly Some[],
  filters: Filters,
  known: readonly string[],
  context: FilterContext,
): readonly FilteredImage<Some>[] {
  const active = Object.entries(filters).filter(([, values]) => values.length > 0);
  checkFilterKeys(Object.fromEntries(active), known);
  for (const [key, values] of active) check(key, values, context);
  const patterns = filters['reference'] ?? [];
  return images
    .filter((image) => active.every(([key, values]) => (tests[key] as Test)(image, values, context)))
    .map((image) => ({
      image,
      references:
        patterns.length === 0
          ? image.references
          : image.references.filter((name) => patterns.some((pattern) => nameMatches(pattern, name))),
    }));
}

/** Whether a `dangling` filter asks for named images too. */
export function wantsDangling(filters: Filters): boolean | undefined {
  const value = filters['dangling']?.[0];
  return value === undefined ? undefined : flag('dangling', value);
}

function check(key: string, values: readonly string[], context: FilterContext): void {
  for (const value of values) {
    if (key === 'dangling') flag(key, value);
    else if (key === 'until') filterTime(value, context.nowMs);
    else if (key === 'before' || key === 'since') context.resolve(value);
    else if (key === 'reference' && pathMatch(value, '') === undefined)
      throw badFilter('syntax error in pattern');
  }
}

function flag(key: string, value: string): boolean {
  if (['1', 't', 'true'].includes(value.toLowerCase())) return true;
  if (['0', 'f', 'false'].includes(value.toLowerCase())) return false;
  throw badFilter(`invalid filter '${key}=[${value}]'`);
}

/** With the tag, or without it. */
function nameMatches(pattern: string, canonical: string): boolean {
  const reference = parseReference(canonical);
  return [familiarReference(reference), familiarName(reference)].some(
    (name) => pathMatch(pattern, name) === true,
  );
}

function labelsOf(image: ImageOutline): Readonly<Record<string, string>> {
  return image.config.config?.Labels ?? {};
}

function createdMs(image: ImageOutline): number {
  return Date.parse(image.createdAt);
}

function badFilter(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-filter', message });
}
