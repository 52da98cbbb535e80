import { describe, expect, it } from 'vitest';
import { onEach } from '../../../../src/app/commands/on-each.ts';
import { GantryError } from '../../../../src/base/gantry-error.ts';

const missing = (name: string) =>
  new GantryError({ kind: 'not-found', code: 'x', message: `No such thing: ${name}` });

describe('the same done to each', () => {
  it('answers in the order asked, whichever is done first', async () => {
    const turn = Promise.withResolvers<string>();
    const outcome = onEach(['slow', 'quick', 'both'], async (name) => {
      if (name === 'slow') return turn.promise;
      turn.resolve('slow');
      return name === 'both' ? ['one', 'two'] : name;
    });
    expect(await outcome).toEqual({ kind: 'lines', lines: ['slow', 'quick', 'one', 'two'] });
  });

  it('goes on after one that fails', async () => {
    const error = missing('b');
    const outcome = await onEach(['a', 'b', 'c'], async (name) => {
      if (name === 'b') throw error;
      return name;
    });
    expect(outcome).toEqual({ kind: 'lines', lines: ['a', 'c'], errors: [error] });
  });

  it('is content with what is not there when forced, and with nothing else', async () => {
    const busy = new GantryError({ kind: 'conflict', code: 'x', message: 'busy' });
    const outcome = await onEach(
      ['gone', 'busy'],
      async (name) => {
        throw name === 'gone' ? missing(name) : busy;
      },
      { force: true },
    );
    expect(outcome).toEqual({ kind: 'lines', lines: [], warnings: ['No such thing: gone'], errors: [busy] });
  });

  it('ends when it is cancelled', async () => {
    const cancelled = new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' });
    await expect(
      onEach(['a'], async () => {
        throw cancelled;
      }),
    ).rejects.toBe(cancelled);
  });

  it('goes one by one where that matters', async () => {
    let working = 0;
    await onEach(
      ['a', 'b', 'c'],
      async (name) => {
        working += 1;
        expect(working).toBe(1);
        await Promise.resolve();
        working -= 1;
        return name;
      },
      { atOnce: 1 },
    );
  });
});
