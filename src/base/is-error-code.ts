import { GantryError } from './gantry-error.ts';

/** Whether a thrown value is a GantryError of one of these codes. */
export function isErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof GantryError && codes.includes(error.code);
}
