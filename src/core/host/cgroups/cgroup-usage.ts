import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { keyedNumber, readCgroupFile, readCgroupNumber } from './cgroup-file.ts';
import { type CgroupController, cgroupFolder } from './cgroup-folders.ts';
import { cgroupMode } from './cgroup-mode.ts';

/** What a cgroup uses now. Totals since it was made. */
export interface CgroupUsage {
  readonly cpuTotalNs: number;
  /** Less the inactive file cache, as Docker shows it. */
  readonly memoryBytes: number;
  /** The machine's memory where there is no limit. */
  readonly memoryLimitBytes: number;
  readonly blockReadBytes: number;
  readonly blockWrittenBytes: number;
  readonly pids: number;
}

/** Undefined when there is no such cgroup. */
export function cgroupUsage(path: string): CgroupUsage | undefined {
  return cgroupMode() === 'v2' ? version2Usage(path) : version1Usage(path);
}

/** How often the kernel killed a process of the cgroup for want of memory. */
export function cgroupOomKills(path: string): number {
  const folder = cgroupFolder(path, 'memory');
  if (folder === undefined) return 0;
  const file = cgroupMode() === 'v2' ? 'memory.events' : 'memory.oom_control';
  return keyedNumber(readCgroupFile(join(folder, file)), 'oom_kill') ?? 0;
}

/** Nanoseconds of CPU time the whole machine has spent since boot, busy and idle (proc_stat(5)). */
export function systemCpuTotalNs(): number {
  const ticks = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1, 9)
    .reduce((sum, field) => sum + Number(field), 0);
  return ticks * 10_000_000;
}

function version2Usage(path: string): CgroupUsage | undefined {
  const folder = cgroupFolder(path, 'memory') ?? '';
  const cpu = keyedNumber(readCgroupFile(join(folder, 'cpu.stat')), 'usage_usec');
  if (cpu === undefined) return undefined;
  const memory = readCgroupNumber(join(folder, 'memory.current')) ?? 0;
  const cache = keyedNumber(readCgroupFile(join(folder, 'memory.stat')), 'inactive_file') ?? 0;
  const io = readCgroupFile(join(folder, 'io.stat'));
  return {
    cpuTotalNs: cpu * 1000,
    memoryBytes: lessCache(memory, cache),
    memoryLimitBytes: memoryLimit(readCgroupNumber(join(folder, 'memory.max'))),
    blockReadBytes: sumOf(io, /\brbytes=(\d+)/g),
    blockWrittenBytes: sumOf(io, /\bwbytes=(\d+)/g),
    pids: readCgroupNumber(join(folder, 'pids.current')) ?? 0,
  };
}

function version1Usage(path: string): CgroupUsage | undefined {
  const file = (controller: CgroupController, name: string): string | undefined => {
    const folder = cgroupFolder(path, controller);
    return folder === undefined ? undefined : join(folder, name);
  };
  const cpu = readCgroupNumber(file('cpuacct', 'cpuacct.usage'));
  if (cpu === undefined) return undefined;
  const memory = readCgroupNumber(file('memory', 'memory.usage_in_bytes')) ?? 0;
  const cache = keyedNumber(readCgroupFile(file('memory', 'memory.stat')), 'total_inactive_file') ?? 0;
  const io =
    readCgroupFile(file('blkio', 'blkio.throttle.io_service_bytes_recursive')) ||
    readCgroupFile(file('blkio', 'blkio.throttle.io_service_bytes'));
  return {
    cpuTotalNs: cpu,
    memoryBytes: lessCache(memory, cache),
    memoryLimitBytes: memoryLimit(readCgroupNumber(file('memory', 'memory.limit_in_bytes'))),
    blockReadBytes: sumOf(io, / Read (\d+)$/gm),
    blockWrittenBytes: sumOf(io, / Write (\d+)$/gm),
    pids: readCgroupNumber(file('pids', 'pids.current')) ?? 0,
  };
}

function lessCache(usage: number, cache: number): number {
  return cache < usage ? usage - cache : usage;
}

/** Version 1 writes no limit as the largest multiple of a page. */
function memoryLimit(limit: number | undefined): number {
  const machine = totalmem();
  return limit === undefined || limit > machine ? machine : limit;
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, found) => sum + Number(found[1]), 0);
}
