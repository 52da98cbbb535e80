import { hash } from 'node:crypto';

/** Changes when what steps do for the same input changes: older records then miss. */
const generation = 1;

/**
 * Key of a step: everything its result depends on, nothing else. `facts` must be plain JSON; the order of properties
 * counts, so one kind of step always lists them alike.
 */
export function cacheKey(
  kind: 'config' | 'workdir' | 'copy' | 'copy-from' | 'run',
  facts: Readonly<Record<string, unknown>>,
): string {
  return hash('sha256', JSON.stringify([generation, kind, facts]), 'hex');
}
