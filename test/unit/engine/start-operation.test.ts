import { describe, expect, it } from 'vitest';
import { GantryError } from '../../../src/base/gantry-error.ts';
import { startOperation } from '../../../src/engine/start-operation.ts';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

describe('startOperation', () => {
  it('gives events in order and then the result', async () => {
    const operation = startOperation<number, string>(async (emit) => {
      emit(1);
      await Promise.resolve();
      emit(2);
      return 'done';
    });
    expect(await collect(operation)).toEqual([1, 2]);
    expect(await operation.result).toBe('done');
  });

  it('replaces an unread event by a newer one of the same key', async () => {
    const operation = startOperation<string, void>(async (emit) => {
      for (let step = 0; step <= 1000; step += 1) emit(`a ${step}`, 'a');
      emit('b', 'b');
    });
    await operation.result;
    expect(await collect(operation)).toEqual(['a 1000', 'b']);
  });

  it('tells a reader who has read an event about the newer one of its key', async () => {
    const go = Promise.withResolvers<void>();
    const operation = startOperation<number, void>(async (emit) => {
      emit(1, 'k');
      await go.promise;
      emit(2, 'k');
    });
    const seen: number[] = [];
    for await (const event of operation) {
      seen.push(event);
      go.resolve();
    }
    expect(seen).toEqual([1, 2]);
  });

  it('lets two readers read at their own pace', async () => {
    const operation = startOperation<number, void>(async (emit) => {
      emit(1);
      await Promise.resolve();
      emit(2);
    });
    expect(await Promise.all([collect(operation), collect(operation)])).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('rejects as cancelled when it is cancelled, and ends its readers', async () => {
    const operation = startOperation<number, void>((_, signal) => untilAborted(signal));
    const reading = collect(operation);
    operation.cancel();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await reading).toEqual([]);
  });

  it('is cancelled by the signal from outside', async () => {
    const controller = new AbortController();
    const operation = startOperation<number, void>((_, signal) => untilAborted(signal), controller.signal);
    controller.abort();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('keeps the kind of an error that came before the cancellation was noticed', async () => {
    const operation = startOperation<number, void>(async (_, signal) => {
      await untilAborted(signal).catch(() => undefined);
      throw new GantryError({ kind: 'corrupt', code: 'bad', message: 'bad bytes' });
    });
    operation.cancel();
    await expect(operation.result).rejects.toMatchObject({ kind: 'corrupt' });
  });

  it('waits for the work to end when it is disposed', async () => {
    let cleaned = false;
    {
      await using operation = startOperation<number, void>(async (_, signal) => {
        await untilAborted(signal).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        cleaned = true;
      });
      void operation;
    }
    expect(cleaned).toBe(true);
  });

  it('forgets the oldest of a huge backlog instead of growing without end', async () => {
    const operation = startOperation<number, void>(async (emit) => {
      for (let step = 0; step < 50_000; step += 1) emit(step);
    });
    await operation.result;
    const events = await collect(operation);
    expect(events.length).toBeLessThanOrEqual(20_000);
    expect(events.at(-1)).toBe(49_999);
  });
});
