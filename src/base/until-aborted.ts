import { stoppable } from './stoppable.ts';

/** What the source gives; rejects with the signal's reason once it fires, though the source stays silent then. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting = stoppable(iterator);
  signal.addEventListener('abort', waiting.stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await waiting.next();
      signal.throwIfAborted();
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', waiting.stop);
    const left = iterator.return?.();
    // One that waits for its source answers to this no sooner.
    if (signal.aborted) left?.catch(() => undefined);
    else await left;
  }
}
