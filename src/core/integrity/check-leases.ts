import { beginCollection } from '../metadata/garbage-lock.ts';
import type { CheckContext, Problem } from './problem.ts';

/** Leases of processes that are gone. They protect nothing any more. */
export function* checkLeases({ services, signal }: CheckContext): Generator<Problem> {
  for (const { id, purpose, isAlive, pid } of services.metadata.leases.list()) {
    // One that was let go of during a collection goes with its end.
    if (isAlive || pid === 0) continue;
    yield {
      code: 'dead-lease',
      severity: 'leftover',
      subject: id,
      message: `a lease for "${purpose}" is held by process ${pid}, which is gone`,
      remedy: 'forget it',
      done: 'forgotten',
      // Whoever begins a collection forgets the dead first; in the middle of one it must not be done.
      mend: async () => (await beginCollection(services, signal))[Symbol.dispose](),
    };
  }
}
