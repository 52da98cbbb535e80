import { GantryError } from '../../base/gantry-error.ts';
import { isErrno } from './system-error.ts';

/**
 * A system error met at a path of the store. Where something else stands in the place of a file or folder of ours it is
 * `corrupt` / `store-damaged`, with what to do; any other is as it is.
 */
export function storeError(error: unknown, path: string): GantryError {
  if (error instanceof GantryError || !isErrno(error, 'EISDIR', 'ENOTDIR', 'ELOOP', 'EEXIST'))
    return GantryError.from(error);
  return new GantryError({
    kind: 'corrupt',
    code: 'store-damaged',
    message: `the store is damaged: something else stands in the place of ${path}`,
    hint: mendHint,
    details: { path },
    cause: error,
  });
}

/** What to do about damage that the check knows how to mend. */
export const mendHint = 'mend it with: gantry system check --repair';
