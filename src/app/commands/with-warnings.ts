import { GantryError } from '../../base/gantry-error.ts';
import { failureExitCode } from './failure-exit-code.ts';
import type { Outcome } from './outcome.ts';

/** What work comes to, with warnings that are said whether it succeeds or not. `ofCommand`: its own failure status. */
export async function withWarnings(
  warnings: readonly string[],
  work: () => Promise<Outcome>,
  ofCommand?: number,
): Promise<Outcome> {
  try {
    const outcome = await work();
    return { ...outcome, warnings: [...warnings, ...(outcome.warnings ?? [])] };
  } catch (error) {
    const failure = GantryError.from(error);
    if (warnings.length === 0 || failure.kind === 'cancelled') throw error;
    return { kind: 'none', warnings, errors: [failure], exitCode: failureExitCode(failure, ofCommand) };
  }
}

/** As Docker tells what a daemon warned of. */
export function warningLines(warnings: readonly string[]): readonly string[] {
  return warnings.map((warning) => `WARNING: ${warning}`);
}
