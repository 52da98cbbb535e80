import { GantryError } from '../../base/gantry-error.ts';
import type { LinesOutcome } from './outcome.ts';

/**
 * Does the same to each of several targets, all at once, and answers with a line for every one that went well, in
 * the order given; the errors of the others come beside them. A cancelled one ends the whole.
 */
export async function onEach(
  targets: readonly string[],
  work: (target: string) => Promise<string | readonly string[]>,
): Promise<LinesOutcome> {
  const lines: string[] = [];
  const errors: GantryError[] = [];
  const settled = await Promise.allSettled(targets.map(async (target) => work(target)));
  for (const result of settled) {
    if (result.status === 'fulfilled') {
      lines.push(...(typeof result.value === 'string' ? [result.value] : result.value));
      continue;
    }
    const error = GantryError.from(result.reason);
    if (error.kind === 'cancelled') throw error;
    errors.push(error);
  }
  return { kind: 'lines', lines, ...(errors.length > 0 && { errors }) };
}
