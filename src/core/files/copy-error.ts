import { GantryError, type GantryErrorInit } from '../../base/gantry-error.ts';

/** What the user asked for that does not fit what is there. */
export function copyError(
  code: string,
  message: string,
  kind: GantryErrorInit['kind'] = 'invalid',
): GantryError {
  return new GantryError({ kind, code, message });
}
