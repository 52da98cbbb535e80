import type { ErrorKind } from './error-kinds.ts';
import { GantryError } from './gantry-error.ts';

/** Whether a thrown value is a GantryError of one of these codes. */
export function isErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof GantryError && codes.includes(error.code);
}

/** Whether it is one of these kinds. */
export function isErrorKind(error: unknown, ...kinds: readonly ErrorKind[]): boolean {
  return error instanceof GantryError && kinds.includes(error.kind);
}
