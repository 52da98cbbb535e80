import { closeSync, constants, fstatSync, readFileSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { openRegularFile } from './open-regular-file.ts';

/**
 * The content of a small file that we once wrote and anybody may have replaced since. Never waits, as the open of a pipe
 * would, and follows no link. Throws `corrupt` / `not-a-file` for anything but a regular file and `file-too-large` above
 * the limit; the system's errors as they are (`ENOENT`; `ELOOP` for a link).
 */
export function readRegularFile(path: string, limitBytes: number): Buffer {
  const fd = openRegularFile(path, constants.O_NOFOLLOW);
  try {
    if (fstatSync(fd).size <= limitBytes) return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
  throw new GantryError({
    kind: 'corrupt',
    code: 'file-too-large',
    message: `${path} is larger than ${limitBytes} bytes`,
    details: { path },
  });
}
