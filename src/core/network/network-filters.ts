import { GantryError } from '../../base/gantry-error.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';
import type { NetworkSummary } from '../../engine/networks.ts';
import { defaultNetwork } from './find-network.ts';

/** Throws `invalid` / `bad-filter` for values that can match nothing. */
export function checkFilterValues({ type = [], dangling = [] }: Filters): void {
  const check = (key: string, values: readonly string[], known: readonly string[]): void => {
    const bad = values.find((value) => !known.includes(value));
    if (bad === undefined) return;
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-filter',
      message: `invalid filter '${key}=${bad.slice(0, 80)}'`,
      hint: `Known here: ${known.join(', ')}.`,
    });
  };
  check('type', type, ['custom', 'builtin']);
  check('dangling', dangling, ['true', '1', 'false', '0']);
}

/** Docker's keys that mean something here; several values of a key: any of them, of `label`: all. */
export function matchesFilters(network: NetworkSummary, filters: Filters): boolean {
  return Object.entries(filters).every(([key, values]) => {
    switch (key) {
      case 'name':
        return values.some((value) => network.name.includes(value));
      case 'id':
        return values.some((value) => network.id.startsWith(value));
      case 'driver':
        return values.includes(network.driver);
      case 'label':
        return values.every((value) => hasLabel(network.labels, value));
      case 'type':
        return values.includes(isOwn(network) ? 'custom' : 'builtin');
      case 'dangling':
        return values.some((value) => (value === 'true' || value === '1') === isDangling(network));
      case 'scope':
        return values.includes('local');
      default:
        return true;
    }
  });
}

function isOwn(network: NetworkSummary): boolean {
  return network.driver === 'bridge' && network.name !== defaultNetwork;
}

function isDangling(network: NetworkSummary): boolean {
  return isOwn(network) && Object.keys(network.endpoints).length === 0;
}
