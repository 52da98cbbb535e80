import { expect, it } from 'vitest';
import { addReading, emptySeries } from '../../../../src/app/state/stats-series.ts';
import type { ContainerStats } from '../../../../src/engine/containers.ts';

function reading(second: number, cpuTotalNs: number): ContainerStats {
  return {
    id: 'a',
    time: new Date(second * 1000).toISOString(),
    cpuTotalNs,
    systemCpuTotalNs: second * 4e9,
    onlineCpus: 4,
    memoryBytes: 1000,
    memoryLimitBytes: 5000,
    networkReceivedBytes: 0,
    networkSentBytes: 0,
    blockReadBytes: 0,
    blockWrittenBytes: 0,
    pids: 1,
  };
}

it('works the percentage out of two readings, one core being 100', () => {
  const series = [reading(1, 0), reading(2, 1.5e9)].reduce(addReading, emptySeries);
  expect(series.points).toEqual([{ timeMs: 2000, cpuPercent: 150, memoryBytes: 1000 }]);
});

it('shows nothing rather than nonsense when counters start over', () => {
  const series = [reading(1, 9e9), reading(2, 10)].reduce(addReading, emptySeries);
  expect(series.points[0]?.cpuPercent).toBe(0);
});

it('keeps two minutes', () => {
  let series = emptySeries;
  for (let second = 1; second < 500; second += 1) series = addReading(series, reading(second, second * 1e9));
  expect(series.points).toHaveLength(120);
});
