import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';

/**
 * By full ID, name (with or without Docker's slash), or a prefix of the ID that is unique. Throws `not-found` /
 * `container-not-found`, `invalid` / `ambiguous-container`.
 */
export function findContainer(context: ContainerContext, idOrName: string): ContainerRecord {
  const exact = context.records.get(idOrName);
  if (exact !== undefined) return exact;
  const named = context.names.get(idOrName.replace(/^\//, ''));
  const byName = named === undefined ? undefined : context.records.get(named);
  if (byName !== undefined) return byName;
  if (/^[0-9a-f]{1,64}$/.test(idOrName)) {
    const [first, second] = [...context.records.entries(idOrName)];
    if (second !== undefined) {
      throw new GantryError({
        kind: 'invalid',
        code: 'ambiguous-container',
        message: `multiple IDs found with provided prefix: ${idOrName}`,
        hint: 'Give more digits of the ID.',
      });
    }
    if (first !== undefined) return first[1];
  }
  throw noSuchContainer(idOrName);
}

export function noSuchContainer(idOrName: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'container-not-found',
    message: `No such container: ${idOrName}`,
  });
}
