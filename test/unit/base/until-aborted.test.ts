import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../../src/base/until-aborted.ts';

describe('a source that may be left', () => {
  it('gives all it has, and is told when its reader leaves early', async () => {
    let isLeft = false;
    async function* source() {
      try {
        yield* [1, 2, 3];
      } finally {
        isLeft = true;
      }
    }
    const { signal } = new AbortController();
    expect(await Array.fromAsync(untilAborted(source(), signal))).toEqual([1, 2, 3]);
    isLeft = false;
    for await (const _ of untilAborted(source(), signal)) break;
    expect(isLeft).toBe(true);
  });

  it('is left though it says nothing any more', async () => {
    async function* silent() {
      yield 1;
      await new Promise(() => undefined);
    }
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const one of untilAborted(silent(), stop.signal)) {
        seen.push(one);
        setImmediate(() => stop.abort());
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([1]);
  });
});
