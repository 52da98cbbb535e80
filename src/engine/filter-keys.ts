import { GantryError } from '../base/gantry-error.ts';
import type { Filters } from './filters.ts';

/** The keys that the `filters` of each list and prune of the port know: Docker's. */
export const filterKeys = {
  containers: [
    'ancestor',
    'before',
    'exited',
    'expose',
    'health',
    'id',
    'is-task',
    'label',
    'name',
    'network',
    'publish',
    'since',
    'status',
    'volume',
  ],
  containersPrune: ['label', 'label!', 'until'],
  images: ['before', 'dangling', 'label', 'reference', 'since', 'until'],
  imagesPrune: ['dangling', 'label', 'label!', 'until'],
  networks: ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'],
  networksPrune: ['label', 'label!', 'until'],
  volumes: ['dangling', 'driver', 'label', 'name'],
  volumesPrune: ['all', 'label', 'label!'],
  cachePrune: ['id', 'inuse', 'shared', 'type', 'until', 'unused-for'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Throws `invalid` / `bad-filter` for a key that is none of `known`. */
export function checkFilterKeys(filters: Filters, known: readonly string[]): void {
  const unknown = Object.keys(filters).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-filter',
    message: `invalid filter '${unknown}'`,
    hint: `Known here: ${known.join(', ')}.`,
  });
}
