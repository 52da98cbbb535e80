import { expect, test } from 'vitest';
import { lazy } from '../../../src/core/lazy.ts';
import { lazyNoun } from '../../../src/core/lazy-noun.ts';
import type { Operation } from '../../../src/engine/operation.ts';
import { startOperation } from '../../../src/engine/start-operation.ts';

interface Noun {
  answer(question: string): Promise<string>;
  count(to: number): AsyncIterable<number>;
  work(): Operation<string, number>;
}

const noun: Noun = {
  answer: async (question) => `${question}!`,
  async *count(to) {
    for (let number = 1; number <= to; number += 1) yield number;
  },
  work: () =>
    startOperation(async (emit) => {
      emit('begun');
      return 42;
    }),
};

function made(load: () => Promise<Noun> = async () => noun): { noun: Noun; loads: () => number } {
  let count = 0;
  const counted = lazy(() => {
    count += 1;
    return load();
  });
  return { noun: lazyNoun(counted, { count: 'stream', work: 'operation' }), loads: () => count };
}

test('nothing is loaded before the first call, and once after it', async () => {
  const { noun, loads } = made();
  expect(loads()).toBe(0);
  expect(await noun.answer('yes')).toBe('yes!');
  expect(await Array.fromAsync(noun.count(3))).toEqual([1, 2, 3]);
  expect(loads()).toBe(1);
});

test('an operation runs from the call on, and tells of itself and its result', async () => {
  const { noun } = made();
  const operation = noun.work();
  expect(await operation.result).toBe(42);
  expect(await Array.fromAsync(operation)).toEqual(['begun']);
  await operation[Symbol.asyncDispose]();
});

test('cancelling an operation that is not there yet cancels it once it is', async () => {
  const { noun } = made(async () => ({
    ...noun2,
    work: () =>
      startOperation<string, number>(
        (_emit, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
  }));
  const operation = noun.work();
  operation.cancel();
  await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
});
const noun2 = noun;

test('a noun that cannot be loaded fails every call with the reason, and is tried again', async () => {
  let broken = true;
  const { noun: lazily, loads } = made(async () => {
    if (broken) throw new Error('broken');
    return noun;
  });
  await expect(lazily.answer('x')).rejects.toThrow('broken');
  const operation = lazily.work();
  expect(await Array.fromAsync(operation)).toEqual([]);
  await expect(operation.result).rejects.toThrow('broken');
  await expect(Array.fromAsync(lazily.count(1))).rejects.toThrow('broken');
  broken = false;
  expect(await lazily.answer('x')).toBe('x!');
  expect(loads()).toBeGreaterThan(1);
});

test('a noun may be awaited by mistake: it is no promise', async () => {
  const { noun, loads } = made();
  expect(await noun).toBe(noun);
  expect(loads()).toBe(0);
});
