import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildOutcome } from '../outcome.ts';

const ways = ['auto', 'plain', 'tty', 'quiet', 'rawjson'] as const;

/** `--progress`. Throws `usage` / `bad-value`. */
export function readProgress(text: string): BuildOutcome['progress'] {
  const way = ways.find((known) => known === text);
  if (way !== undefined) return way;
  throw new GantryError({
    kind: 'usage',
    code: 'bad-value',
    message: `invalid progress mode ${JSON.stringify(text)}: want one of ${ways.join(', ')}`,
  });
}
