import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import type { ErrorKind } from '../../base/error-kinds.ts';
import { GantryError } from '../../base/gantry-error.ts';

/**
 * The error of a failed system call. `details` has `errno` (its name), `syscall` and `path`; `code` is the name in
 * lower case. What the kernel cannot or may not do for us is `unavailable`, all else `io`.
 */
export function systemError(errno: number, syscall: string, path?: string | Uint8Array): GantryError {
  const name = errnoName(errno);
  const where = typeof path === 'string' ? path : path && Buffer.from(path).toString();
  return new GantryError({
    kind: unavailable.has(name) ? 'unavailable' : ('io' satisfies ErrorKind),
    code: name.toLowerCase(),
    message: `${syscall}${where === undefined ? '' : ` ${where}`}: ${getSystemErrorMessage(-errno)} (${name})`,
    hint: name === 'EPERM' && process.getuid?.() !== 0 ? 'run gantry as root' : undefined,
    details: { errno: name, syscall, ...(where === undefined ? {} : { path: where }) },
  });
}

/** `2` → `ENOENT`. */
export function errnoName(errno: number): string {
  names ??= new Map(
    [...Object.entries(constants.errno), ...preferred].map(([name, number]) => [number, name]),
  );
  return names.get(errno) ?? `errno ${errno}`;
}

/** Whether a thrown value is a system error (ours or Node's) of one of these names. */
export function isErrno(error: unknown, ...wanted: readonly string[]): boolean {
  if (error instanceof GantryError) return wanted.includes(String(error.details['errno']));
  return error instanceof Error && 'code' in error && wanted.includes(String(error.code));
}

const unavailable = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENODEV']);
/** Of two names for one number, the one that manual pages use. */
const preferred = Object.entries(constants.errno).filter(([name]) =>
  ['EAGAIN', 'EOPNOTSUPP', 'EDEADLK'].includes(name),
);
let names: Map<number, string> | undefined;
