import { GantryError } from '../../../../base/gantry-error.ts';

/** A value of `run` or `create` that does not hold: Docker's words. */
export function specError(code: string, message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code, message, hint });
}
