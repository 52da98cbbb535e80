import { statSync } from 'node:fs';
import { lookAt } from '../host/look-at.ts';

/** What is wrong, in words, when something else stands in the place of a file SQLite needs; a link to a file is fine. */
export function replacedFile(path: string): string | undefined {
  for (const file of ['', '-wal', '-shm'].map((suffix) => path + suffix)) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined && lookAt(file) !== undefined) return `${file} is a symbolic link to nothing`;
    if (stat?.isFile() === false) return `${file} is no regular file`;
  }
  return undefined;
}
