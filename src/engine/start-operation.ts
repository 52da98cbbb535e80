import { GantryError } from '../base/gantry-error.ts';
import type { Operation } from './operation.ts';

/** Given to the work: tells what happens. A `key` lets a newer event replace an older one not yet read. */
export type Emit<Event> = (event: Event, key?: string) => void;

interface Entry<Event> {
  event: Event;
  readonly key: string | undefined;
}

/** How many keyless events are kept for readers that come late or are slow (build output). */
const backlogLimit = 20_000;

/**
 * Runs `work` as an {@link Operation}. `outer` cancels it from outside. The work must reject when its signal fires.
 */
export function startOperation<Event, Result>(
  work: (emit: Emit<Event>, signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Operation<Event, Result> {
  const controller = new AbortController();
  const signal = outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]);
  const log: Entry<Event>[] = [];
  const newest = new Map<string, number>();
  let dropped = 0;
  let furthest = 0;
  let settled = false;
  let wake = Promise.withResolvers<void>();

  const notify = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const emit: Emit<Event> = (event, key) => {
    const at = key === undefined ? undefined : newest.get(key);
    if (at !== undefined && at >= furthest) {
      (log[at - dropped] as Entry<Event>).event = event;
    } else {
      if (key !== undefined) newest.set(key, dropped + log.length);
      log.push({ event, key });
      if (log.length > backlogLimit) {
        log.splice(0, backlogLimit / 10);
        dropped += backlogLimit / 10;
        furthest = Math.max(furthest, dropped);
      }
    }
    notify();
  };

  const result = (async () => work(emit, signal))()
    .catch((error: unknown) => {
      throw signal.aborted && !(error instanceof GantryError && error.kind !== 'cancelled')
        ? new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled', cause: error })
        : GantryError.from(error);
    })
    .finally(() => {
      settled = true;
      notify();
    });
  // Whoever only iterates must not bring the process down; awaiting `result` still rejects.
  result.catch(() => undefined);

  async function* read(): AsyncGenerator<Event> {
    let next = 0;
    for (;;) {
      next = Math.max(next, dropped);
      if (next < dropped + log.length) {
        const { event } = log[next - dropped] as Entry<Event>;
        next += 1;
        furthest = Math.max(furthest, next);
        yield event;
      } else if (settled) {
        return;
      } else {
        await wake.promise;
      }
    }
  }

  return {
    result,
    cancel: () => controller.abort(),
    [Symbol.asyncIterator]: read,
    [Symbol.asyncDispose]: async () => {
      if (!settled) controller.abort();
      await result.then(noop, noop);
    },
  };
}

function noop(): void {}
