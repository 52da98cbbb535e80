import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';

/**
 * By full ID, name (with or without Docker's slash), or a prefix of the ID that is unique. Throws `not-found` /
 * `container-not-found`, `invalid` / `ambiguous-container`.
 */
export function findContainer(context: ContainerContext, idOrName: string): ContainerRecord {
  const id = findContainerId(context, idOrName);
  const record = id === undefined ? undefined : context.records.get(id);
  if (record === undefined) throw noSuchContainer(idOrName);
  return record;
}

/** The same without looking into its record, which may be damaged. Undefined: there is none. */
export function findContainerId(context: ContainerContext, idOrName: string): string | undefined {
  if (context.records.has(idOrName)) return idOrName;
  const named = context.names.get(idOrName.replace(/^\//, ''));
  if (named !== undefined && context.records.has(named)) return named;
  return /^[0-9a-f]{1,64}$/.test(idOrName) ? onlyOne(context.records.keys(idOrName), idOrName) : undefined;
}

/** Throws `invalid` / `ambiguous-container` when there are several. */
export function onlyOne(ids: readonly string[], prefix: string): string | undefined {
  if (ids.length > 1) {
    throw new GantryError({
      kind: 'invalid',
      code: 'ambiguous-container',
      message: `multiple IDs found with provided prefix: ${prefix}`,
      hint: 'Give more digits of the ID.',
    });
  }
  return ids[0];
}

export function noSuchContainer(idOrName: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'container-not-found',
    message: `No such container: ${idOrName}`,
  });
}
