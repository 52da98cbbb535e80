import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { steadyChunks } from '../../../../src/core/registry/steady-chunks.ts';

/** Reads chunks of so many bytes by a clock that each waiting, and each reading, moves on. */
async function read(
  sizes: readonly number[],
  clock: { readonly waitMs: number; readonly readMs: number },
): Promise<number> {
  let nowMs = 0;
  const body = (async function* () {
    for (const size of sizes) {
      nowMs += clock.waitMs;
      yield Buffer.alloc(size);
    }
  })();
  const answer = { body: body as object as IncomingMessage, url: new URL('http://x/'), timeoutMs: 60_000 };
  let bytes = 0;
  for await (const chunk of steadyChunks(answer, () => nowMs)) {
    bytes += chunk.length;
    nowMs += clock.readMs;
  }
  return bytes;
}

const times = (count: number, size: number): readonly number[] => new Array<number>(count).fill(size);

describe('steadyChunks', () => {
  it('passes on what comes at the pace of the slowest modem', async () => {
    expect(await read(times(1000, 300), { waitMs: 1000, readMs: 0 })).toBe(300_000);
  });

  it('ends what drips, however often', async () => {
    const dripping = read(times(100_000, 1), { waitMs: 10, readMs: 0 });
    await expect(dripping).rejects.toMatchObject({ kind: 'timeout', code: 'answer-too-slow' });
  });

  it('ends what drips after it came quickly', async () => {
    const dripping = read([...times(10, 1_000_000), ...times(1000, 1)], { waitMs: 20_000, readMs: 0 });
    await expect(dripping).rejects.toThrow('sent 3 bytes in 60 seconds');
  });

  it('does not hold a slow reader against the sender', async () => {
    expect(await read(times(100, 10), { waitMs: 1, readMs: 100_000 })).toBe(1000);
  });
});
