import { expect, it } from 'vitest';
import { stoppable } from '../../../src/base/stoppable.ts';

it('hands on what an iterator gives, until it is stopped', async () => {
  async function* endless(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => undefined);
  }
  const waiting = stoppable(endless());
  expect(await waiting.next()).toEqual({ value: 1, done: false });
  const stuck = waiting.next();
  waiting.stop();
  expect(await stuck).toBeUndefined();
  expect(await waiting.next()).toBeUndefined();
});

it('fails as the iterator does', async () => {
  const broken = { next: () => Promise.reject(new Error('broken')) };
  await expect(stoppable(broken).next()).rejects.toThrow('broken');
});
