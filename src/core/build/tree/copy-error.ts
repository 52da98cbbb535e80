import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import { GantryError } from '../../../base/gantry-error.ts';
import { isErrno } from '../../host/system-error.ts';
import type { TreeEntry } from './file-tree.ts';

/** What is the matter with the disk a copy is written to: no file of the context can help it. */
const ofDisks = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'] as const;

/**
 * What a disk refused while something was copied, told by the name of what that is: where its copy would lie says
 * nothing to anybody. Any other error is given back.
 */
export function copyError(error: unknown, { path }: Pick<TreeEntry, 'path'>): unknown {
  const name = ofDisks.find((one) => isErrno(error, one));
  const isTold = error instanceof GantryError && error.details['source'] !== undefined;
  if (name === undefined || isTold) return error;
  return new GantryError({
    kind: 'io',
    code: name.toLowerCase(),
    message: `cannot copy ${path === '' ? 'the sources' : path}: ${getSystemErrorMessage(-constants.errno[name])}`,
    hint: GantryError.from(error).hint,
    details: { errno: name, source: path },
    cause: error,
  });
}
