import { GantryError } from '../../base/gantry-error.ts';
import type { DocumentsOutcome } from './outcome.ts';

/** Documents of all that could be found, in the order asked for, and the errors of the rest. */
export async function inspectEach(
  names: readonly string[],
  format: string | undefined,
  find: (name: string) => Promise<unknown>,
): Promise<DocumentsOutcome> {
  const settled = await Promise.allSettled(names.map(find));
  const documents: unknown[] = [];
  const errors: GantryError[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') documents.push(result.value);
    else errors.push(GantryError.from(result.reason));
  }
  const cancelled = errors.find(({ kind }) => kind === 'cancelled');
  if (cancelled !== undefined) throw cancelled;
  return { kind: 'documents', documents, format, ...(errors.length > 0 && { errors }) };
}
