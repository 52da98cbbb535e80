import { lstatSync, type Stats } from 'node:fs';
import { isErrno } from './system-error.ts';

/** What lies at a path, a link itself; undefined: nothing, also where a folder on the way is none. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
