import { GantryError } from '../../base/gantry-error.ts';
import { noSpaceHint } from '../../base/no-space.ts';
import { isErrno } from '../host/system-error.ts';
import { replacedFile } from './replaced-file.ts';
import { isDiskFull } from './reserve.ts';

/** What to do about a damaged database. */
export const salvageHint = 'save what can be read of it with: gantry system check --repair';

/**
 * What SQLite or the file system threw, as ours. SQLite's primary result code (sqlite.org/rescode.html) is the low byte
 * of `errcode`.
 */
export function databaseError(error: unknown, path: string): unknown {
  if (error instanceof GantryError || !(error instanceof Error)) return error;
  if (isErrno(error, 'EACCES', 'EPERM')) {
    const hint = 'run gantry as root, or give it a --root of your own';
    return new GantryError({
      kind: 'unavailable',
      code: 'metadata-denied',
      message: error.message,
      hint,
      cause: error,
    });
  }
  if (!('errcode' in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code === 13 || (code === 10 && isDiskFull(path))) return noSpace(path, error);
  switch (code) {
    case 5:
    case 6:
      return new GantryError({
        kind: 'timeout',
        code: 'metadata-busy',
        message: `another gantry holds ${path} for too long`,
        cause: error,
      });
    case 11:
    case 26:
      return damaged(path, error.message, error);
    case 8:
    case 10:
    case 14: {
      const replaced = replacedFile(path);
      if (replaced !== undefined) return damaged(path, replaced, error);
      return new GantryError({
        kind: 'io',
        code: 'metadata-io',
        message: `${path}: ${error.message}`,
        cause: error,
      });
    }
    default:
      return new GantryError({
        kind: 'internal',
        code: 'metadata',
        message: `${path}: ${error.message}`,
        cause: error,
      });
  }
}

function damaged(path: string, why: string, cause: Error): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'metadata-corrupt',
    message: `${path} is damaged: ${why}`,
    hint: salvageHint,
    details: { path },
    cause,
  });
}

function noSpace(path: string, cause: Error): GantryError {
  return new GantryError({
    kind: 'io',
    code: 'no-space',
    message: `no space left on the disk of ${path}`,
    hint: noSpaceHint,
    cause,
  });
}
