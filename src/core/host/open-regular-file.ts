import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';

/**
 * Opens a file somebody else may have put there for reading; the descriptor is the caller's to close. Never waits, as the
 * open of a pipe would. `flags`: besides, such as `O_NOFOLLOW`, or `O_RDWR` and the like to write it. Throws `corrupt` / `not-a-file` for anything but a regular
 * file; the system's errors as they are.
 */
export function openRegularFile(path: string, flags = 0, mode = 0o600): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags, mode);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new GantryError({
    kind: 'corrupt',
    code: 'not-a-file',
    message: `${path} is no regular file`,
    details: { path },
  });
}
