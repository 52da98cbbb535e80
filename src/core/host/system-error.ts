import { GantryError } from '../../base/gantry-error.ts';
import { noSpaceHint } from '../../base/no-space.ts';

/**
 * The error of a failed system call. `details` has `errno` (its name), `syscall` and `path`; `code` is the name in
 * lower case. What the kernel cannot or may not do for us is `unavailable`, all else `io`.
 */
export function systemError(errno: number, syscall: string, path?: string | Uint8Array): GantryError {
  const name = errnoName(errno);
  const words = process.getBuiltinModule('node:util').getSystemErrorMessage(-errno);
  const where = typeof path === 'string' ? path : path && Buffer.from(path).toString();
  return new GantryError({
    kind: unavailable.has(name) ? 'unavailable' : 'io',
    code: name.toLowerCase(),
    message: `${syscall}${where === undefined ? '' : ` ${where}`}: ${words} (${name})`,
    hint: hintFor(name),
    details: { errno: name, syscall, ...(where === undefined ? {} : { path: where }) },
  });
}

function hintFor(name: string): string | undefined {
  if (name === 'ENOSPC' || name === 'EDQUOT') return noSpaceHint;
  return name === 'EPERM' && process.getuid?.() !== 0 ? 'run gantry as root' : undefined;
}

/** `2` → `ENOENT`. */
export function errnoName(errno: number): string {
  names ??= errnoNames();
  return names.get(errno) ?? `errno ${errno}`;
}

/** Whether a thrown value is a system error (ours or Node's) of one of these names. */
export function isErrno(error: unknown, ...wanted: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && wanted.includes(String(error.code).toUpperCase());
}

const unavailable = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENODEV']);
let names: Map<number, string> | undefined;

/**
 * Of two names for one number the one that manual pages use wins. Every command loads this file and few fail, so
 * `node:os` and `node:util` (2 ms as an import: all of its lazy parts are looked at) are fetched when needed.
 */
function errnoNames(): Map<number, string> {
  const { errno } = process.getBuiltinModule('node:os').constants;
  const { EAGAIN, EOPNOTSUPP, EDEADLK } = errno;
  const pairs = [...Object.entries(errno), ...Object.entries({ EAGAIN, EOPNOTSUPP, EDEADLK })];
  return new Map(pairs.map(([name, number]) => [number, name]));
}
