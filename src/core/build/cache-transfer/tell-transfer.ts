import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildSession } from '../solver/build-session.ts';

/** Tells work beside the steps of a build as a step of its own: its name is its ID. */
export async function tellTransfer<T>(
  { emit }: Pick<BuildSession, 'emit'>,
  vertex: string,
  work: () => Promise<T>,
): Promise<T> {
  emit({ kind: 'started', vertex, time: Date.now() });
  try {
    const result = await work();
    emit({ kind: 'completed', vertex, time: Date.now() });
    return result;
  } catch (error) {
    emit({ kind: 'failed', vertex, time: Date.now(), message: GantryError.from(error).message });
    throw error;
  }
}
