import type { GantryError } from '../../base/gantry-error.ts';

/** What a command that failed ends with: the error's own word, else what the command has for all of them (`run`: 125). */
export function failureExitCode(error: GantryError, ofCommand: number | undefined): number {
  const own = typeof error.details['exitCode'] === 'number' || error.kind === 'cancelled';
  return own ? error.exitCode : (ofCommand ?? error.exitCode);
}
