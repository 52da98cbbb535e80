import { GantryError } from '../../base/gantry-error.ts';

/**
 * An error of the system, that Node or a call of ours has thrown, in words: `cannot open /x/y: permission denied`. `code` is its name in
 * lower case, as in {@link GantryError.from}, which has the hints; `hints` has more of them, by names (`EACCES`). Any
 * other error is as `GantryError.from` makes it.
 */
export function plainError(error: unknown, hints: Readonly<Record<string, string>> = {}): GantryError {
  const made = GantryError.from(error);
  const failed = failedCall(error);
  if (failed === undefined) return made;
  const { errno, code = '', syscall = '', path, dest } = failed;
  const words = process.getBuiltinModule('node:util').getSystemErrorMessage(errno) ?? code;
  const where = [path, dest].filter((one) => one !== undefined).join(' to ');
  return new GantryError({
    kind: made.kind,
    code: made.code,
    message: `cannot ${verbs[syscall] ?? syscall}${where === '' ? '' : ` ${where}`}: ${words}`,
    hint: hints[code] ?? made.hint,
    details: { errno: code, syscall, ...(path === undefined ? {} : { path }) },
    cause: error,
  });
}

/** What system calls are to people. */
const verbs: Readonly<Record<string, string>> = {
  lstat: 'look at',
  stat: 'look at',
  fstat: 'look at',
  scandir: 'list',
  readlink: 'read',
  readlinkat: 'read',
  openat2: 'open',
  copyfile: 'copy',
  mkdir: 'make',
  mknod: 'make',
  symlink: 'make a link',
  link: 'link',
  unlink: 'remove',
  rmdir: 'remove',
  rm: 'remove',
};

/** What Node says of a call, or `systemError`. Undefined: it is no error of the system. */
function failedCall(error: unknown): FailedCall | undefined {
  if (!(error instanceof GantryError)) return isSystemError(error) ? error : undefined;
  const { errno: code, syscall, path } = error.details;
  if (typeof code !== 'string' || typeof syscall !== 'string' || !error.message.endsWith(`(${code})`)) {
    return undefined;
  }
  const numbers: Readonly<Record<string, number>> = process.getBuiltinModule('node:os').constants.errno;
  const errno = numbers[code];
  if (errno === undefined) return undefined;
  return { errno: -errno, code, syscall, ...(typeof path === 'string' ? { path } : {}) };
}

interface FailedCall {
  readonly errno: number;
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
}

function isSystemError(error: unknown): error is Error & FailedCall {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'syscall' in error;
}
