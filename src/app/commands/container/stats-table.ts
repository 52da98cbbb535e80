import type { ContainerStats } from '../../../engine/containers.ts';
import { shortId } from '../../../oci/digest.ts';
import { binarySize, humanSize } from '../format/human-size.ts';
import type { Table } from '../table.ts';

/** One line of `stats`: the newest reading and the share of CPU time since the one before. */
export interface StatsRow {
  readonly id: string;
  readonly name: string;
  /** As it was asked for; undefined: nobody named it. */
  readonly asked?: string | undefined;
  /** Undefined until the first reading came. */
  readonly reading: ContainerStats | undefined;
  readonly cpuPercent: number;
}

/** CPU time between two readings, as a share of one core in percent: two busy cores are 200. */
export function cpuPercent(before: ContainerStats | undefined, now: ContainerStats): number {
  if (before === undefined) return 0;
  const used = now.cpuTotalNs - before.cpuTotalNs;
  const passed = now.systemCpuTotalNs - before.systemCpuTotalNs;
  return used > 0 && passed > 0 ? (used / passed) * Math.max(now.onlineCpus, 1) * 100 : 0;
}

/** Readings as `stats` lists them, with Docker's placeholders. */
export const statsTable: Table<StatsRow> = {
  columns: ['ID', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'],
  quiet: 'ID',
  fields: {
    BlockIO: {
      header: 'BLOCK I/O',
      value: ({ reading }) => pair(reading?.blockReadBytes, reading?.blockWrittenBytes),
    },
    CPUPerc: {
      header: 'CPU %',
      value: ({ reading, cpuPercent: percent }) => (reading === undefined ? '--' : `${percent.toFixed(2)}%`),
    },
    Container: {
      header: 'CONTAINER',
      value: ({ id, asked }, { full }) => asked ?? (full ? id : shortId(id)),
    },
    ID: { header: 'CONTAINER ID', value: ({ id }, { full }) => (full ? id : shortId(id)) },
    MemPerc: {
      header: 'MEM %',
      value: ({ reading }) =>
        reading === undefined || reading.memoryLimitBytes === 0
          ? '--'
          : `${((reading.memoryBytes / reading.memoryLimitBytes) * 100).toFixed(2)}%`,
    },
    MemUsage: {
      header: 'MEM USAGE / LIMIT',
      value: ({ reading }) =>
        reading === undefined
          ? '-- / --'
          : `${binarySize(reading.memoryBytes)} / ${binarySize(reading.memoryLimitBytes)}`,
    },
    Name: { header: 'NAME', value: ({ name }) => name },
    NetIO: {
      header: 'NET I/O',
      value: ({ reading }) => pair(reading?.networkReceivedBytes, reading?.networkSentBytes),
    },
    PIDs: { header: 'PIDS', value: ({ reading }) => (reading === undefined ? '--' : String(reading.pids)) },
  },
};

function pair(first: number | undefined, second: number | undefined): string {
  return first === undefined || second === undefined
    ? '--'
    : `${humanSize(first, 3)} / ${humanSize(second, 3)}`;
}
