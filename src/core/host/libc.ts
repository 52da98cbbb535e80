import { type ForeignFunction, type ForeignValue, koffi } from './koffi.ts';
import { pathArgument } from './path-argument.ts';
import { systemError } from './system-error.ts';

/**
 * A libc function by its name, bound at its first call. `parameters` are C types: `int`, `ulong`, `const char *`,
 * `void *`. It returns what C returns, -1 included.
 */
export function libcFunction(name: string, parameters: readonly string[], result = 'int'): ForeignFunction {
  let bound: ForeignFunction | undefined;
  return (...values) => {
    bound ??= koffi().load(null).func(name, result, parameters);
    return bound(...values);
  };
}

/**
 * A system call by its number, for what libc may not know yet. Use it only above 423, where the numbers are the same
 * on every architecture.
 */
export function systemCall(number: number, parameters: readonly string[]): ForeignFunction {
  const call = libcFunction('syscall', ['long', ...parameters], 'long');
  return (...values) => call(number, ...values);
}

/** Returns what a call returned, or throws its `errno` when that is -1. */
export function checked(result: number, syscall: string, path?: string | Uint8Array): number {
  if (result >= 0) return result;
  throw systemError(koffi().errno(), syscall, path);
}

/** `errno` of the last call that returned -1. */
export function lastErrno(): number {
  return koffi().errno();
}

/** Calls with a path in front, as most calls have it, and throws on -1. */
export function callWithPath(
  call: ForeignFunction,
  syscall: string,
  path: string | Uint8Array,
  ...values: ForeignValue[]
): number {
  return checked(call(pathArgument(path), ...values), syscall, path);
}
