import { expect, test } from 'vitest';
import { type EndedRun, restartDelayMs } from '../../../../src/core/containers/restart-policy.ts';

const ended = (changes: Partial<EndedRun>): EndedRun => ({
  policy: { name: 'always', maximumRetries: 0 },
  exitCode: 0,
  stoppedByHand: false,
  restartCount: 0,
  upMs: 0,
  lastDelayMs: 0,
  ...changes,
});

test('delays begin at 100 ms and double up to a minute', () => {
  const delays: number[] = [];
  for (let lastDelayMs = 0; delays.length < 12; ) {
    lastDelayMs = restartDelayMs(ended({ lastDelayMs })) ?? 0;
    delays.push(lastDelayMs);
  }
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
});

test('ten seconds up make it the first delay again', () => {
  expect(restartDelayMs(ended({ lastDelayMs: 51_200, upMs: 10_000 }))).toBe(100);
  expect(restartDelayMs(ended({ lastDelayMs: 400, upMs: 9999 }))).toBe(800);
});

test('whoever stopped it by hand wants it down', () => {
  for (const name of ['always', 'unless-stopped', 'on-failure'] as const) {
    const policy = { name, maximumRetries: 0 };
    expect(restartDelayMs(ended({ policy, exitCode: 1, stoppedByHand: true }))).toBeUndefined();
  }
});

test('on-failure restarts failures only, and only so many times', () => {
  const policy = { name: 'on-failure', maximumRetries: 2 } as const;
  expect(restartDelayMs(ended({ policy, exitCode: 0 }))).toBeUndefined();
  expect(restartDelayMs(ended({ policy, exitCode: 1, restartCount: 1 }))).toBe(100);
  expect(restartDelayMs(ended({ policy, exitCode: 1, restartCount: 2 }))).toBeUndefined();
});

test('without a policy it stays down', () => {
  expect(restartDelayMs(ended({ policy: undefined, exitCode: 1 }))).toBeUndefined();
  expect(restartDelayMs(ended({ policy: { name: 'no', maximumRetries: 0 }, exitCode: 1 }))).toBeUndefined();
});
