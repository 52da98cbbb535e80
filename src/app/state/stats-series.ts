import type { ContainerStats } from '../../engine/containers.ts';

/** What a chart shows of one moment. */
export interface StatsPoint {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** 100 is one whole core. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** The last minutes of one container. */
export interface StatsSeries {
  readonly points: readonly StatsPoint[];
  readonly memoryLimitBytes: number;
  readonly pids: number;
  /** The reading the next percentage is worked out from. */
  readonly last: ContainerStats | undefined;
}

export const emptySeries: StatsSeries = { points: [], memoryLimitBytes: 0, pids: 0, last: undefined };

/** Two minutes at a reading a second. */
const pointLimit = 120;

/** Adds a reading. The first one gives no point: a percentage needs two. */
export function addReading(series: StatsSeries, reading: ContainerStats): StatsSeries {
  const { last } = series;
  const common = { memoryLimitBytes: reading.memoryLimitBytes, pids: reading.pids, last: reading };
  if (last === undefined) return { ...common, points: series.points };
  const point: StatsPoint = {
    timeMs: Date.parse(reading.time),
    cpuPercent: cpuPercent(last, reading),
    memoryBytes: reading.memoryBytes,
  };
  return { ...common, points: [...series.points.slice(-(pointLimit - 1)), point] };
}

/** Docker's formula: the container's share of what the whole machine spent, times its processors. */
export function cpuPercent(before: ContainerStats, after: ContainerStats): number {
  const own = after.cpuTotalNs - before.cpuTotalNs;
  const machine = after.systemCpuTotalNs - before.systemCpuTotalNs;
  if (own <= 0 || machine <= 0) return 0;
  return (own / machine) * Math.max(1, after.onlineCpus) * 100;
}
