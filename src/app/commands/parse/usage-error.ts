import { GantryError } from '../../../base/gantry-error.ts';

/** Words of the command line that do not fit. `arguments` in number end with status 1, as Docker has it. */
export function usageError(
  code: string,
  message: string,
  details?: { readonly hint?: string | undefined; readonly exitCode?: number },
): GantryError {
  return new GantryError({
    kind: 'usage',
    code,
    message,
    hint: details?.hint,
    ...(details?.exitCode !== undefined && { details: { exitCode: details.exitCode } }),
  });
}
