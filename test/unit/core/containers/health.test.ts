import { expect, test } from 'vitest';
import { healthPlan, nextCheckMs, nextHealth } from '../../../../src/core/containers/health.ts';

const watcher = { pid: 1, startTime: '1' };
const plan = healthPlan({ Test: ['CMD-SHELL', 'true'], Retries: 2, StartPeriod: 10e9 })!;

test('what is not said is as in Docker, durations are nanoseconds', () => {
  expect(healthPlan({ Test: ['CMD', 'probe', '-x'], Interval: 5e9 })).toEqual({
    test: ['CMD', 'probe', '-x'],
    intervalMs: 5000,
    timeoutMs: 30_000,
    startPeriodMs: 0,
    startIntervalMs: 5000,
    retries: 3,
  });
});

test.each([undefined, {}, { Test: [] }, { Test: ['NONE'] }, { Test: ['CMD'] }])(
  '%j is no health check',
  (config) => {
    expect(healthPlan(config)).toBeUndefined();
  },
);

test('it takes as many failures in a row as there are retries', () => {
  const healthy = { status: 'healthy', failingStreak: 0, watcher } as const;
  const once = nextHealth(healthy, false, plan, 20_000);
  expect(once).toEqual({ status: 'healthy', failingStreak: 1 });
  expect(nextHealth({ ...once, watcher }, false, plan, 20_000)).toEqual({
    status: 'unhealthy',
    failingStreak: 2,
  });
  expect(nextHealth({ ...once, watcher }, true, plan, 20_000)).toEqual({
    status: 'healthy',
    failingStreak: 0,
  });
});

test('while it starts failures do not count, and a success ends the starting', () => {
  const starting = { status: 'starting', failingStreak: 0, watcher } as const;
  expect(nextHealth(starting, false, plan, 9999)).toEqual({ status: 'starting', failingStreak: 0 });
  expect(nextHealth(starting, false, plan, 10_000)).toEqual({ status: 'starting', failingStreak: 1 });
  expect(nextHealth(starting, true, plan, 1)).toEqual({ status: 'healthy', failingStreak: 0 });
});

test('checks come more often until it has started', () => {
  expect(nextCheckMs('starting', plan, 0)).toBe(5000);
  expect(nextCheckMs('starting', plan, 10_000)).toBe(30_000);
  expect(nextCheckMs('healthy', plan, 0)).toBe(30_000);
});
