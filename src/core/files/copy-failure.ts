import { GantryError } from '../../base/gantry-error.ts';
import { type ByteString, displayText } from '../layers/tar/byte-string.ts';

/** An error of the file system as the user is told it: of the place they know, not of a descriptor. */
export function copyFailure(error: unknown, path: ByteString): GantryError {
  const failure = GantryError.from(error);
  const errno = failure.code.toUpperCase();
  if (failure.kind !== 'io' && failure.kind !== 'unavailable') return failure;
  const words = Object.hasOwn(known, errno) ? known[errno] : undefined;
  const place = displayText(path)
    .replace(/^\.?\//, '')
    .replace(/\/$/, '');
  return new GantryError({
    kind: errno === 'EROFS' ? 'denied' : failure.kind,
    code: errno === 'EROFS' ? 'read-only' : failure.code,
    message: `cannot copy ${place === '' ? 'it' : place}: ${words ?? withoutCall(failure.message)}`,
    cause: error,
  });
}

/** `ESRCH: no such process, open '/proc/self/fd/29/auxv'`: nobody knows the name of the code, nor the descriptor. */
function withoutCall(message: string): string {
  return message
    .replace(/^[A-Z0-9]+: /, '')
    .replace(/, \w+(?: '.*)?$/s, '')
    .replaceAll(/\/proc\/self\/fd\/\d+\/?/g, '');
}

const known: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'file too large',
  ELOOP: 'a symbolic link is in the way',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a parent is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};
