import { GantryError } from '../../../base/gantry-error.ts';

/**
 * Words of the command line that do not fit. `arguments` in number end with status 1, as Docker has it. `group`: the
 * noun whose help tells more.
 */
export function usageError(
  code: string,
  message: string,
  {
    hint,
    ...details
  }: {
    readonly hint?: string | undefined;
    readonly exitCode?: number;
    readonly group?: string | undefined;
  } = {},
): GantryError {
  return new GantryError({ kind: 'usage', code, message, hint, details });
}
