import { GantryError } from '../../base/gantry-error.ts';
import type { LinesOutcome } from './outcome.ts';

export interface EachOptions {
  /** A target that is not there is worth a warning and no failure: what was asked is so. */
  readonly force?: boolean | undefined;
  /** How many are worked on at the same time. */
  readonly atOnce?: number | undefined;
}

/**
 * Does the same to each of several targets, many at once, and answers with a line for every one that went well, in
 * the order given; warnings, and the errors of the others, come beside them. A cancelled one ends the whole.
 */
export async function onEach(
  targets: readonly string[],
  work: (target: string, warn: (text: string) => void) => Promise<string | readonly string[]>,
  { force = false, atOnce = 50 }: EachOptions = {},
): Promise<LinesOutcome> {
  const results: (readonly string[])[] = [];
  const warnings: string[] = [];
  const errors: GantryError[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < targets.length) {
      const at = next++;
      try {
        const lines = await work(targets[at]!, (text) => warnings.push(text));
        results[at] = typeof lines === 'string' ? [lines] : lines;
      } catch (thrown) {
        const error = GantryError.from(thrown);
        if (error.kind === 'cancelled') throw error;
        if (force && error.kind === 'not-found') warnings.push(error.message);
        else errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, targets.length) }, worker));
  return {
    kind: 'lines',
    lines: results.flat(),
    ...(warnings.length > 0 && { warnings }),
    ...(errors.length > 0 && { errors }),
  };
}
