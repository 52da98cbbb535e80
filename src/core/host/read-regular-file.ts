import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';

/**
 * The content of a small file that we once wrote and anybody may have replaced since. Never waits, as the open of a pipe
 * would, and follows no link. Throws `corrupt` / `not-a-file` for anything but a regular file and `file-too-large` above
 * the limit; the system's errors as they are (`ENOENT`; `ELOOP` for a link).
 */
export function readRegularFile(path: string, limitBytes: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refused(path, 'not-a-file', 'is no regular file');
    if (stat.size > limitBytes) throw refused(path, 'file-too-large', `is larger than ${limitBytes} bytes`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function refused(path: string, code: string, why: string): GantryError {
  return new GantryError({ kind: 'corrupt', code, message: `${path} ${why}`, details: { path } });
}
