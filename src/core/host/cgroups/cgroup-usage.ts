import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { keyedNumber, readCgroupFile, wholeNumber } from './cgroup-file.ts';
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
  const read = (controller: CgroupController, file: string): string => {
    const folder = cgroupFolder(path, controller);
    return folder === undefined ? '' : readCgroupFile(join(folder, file));
  };
  return cgroupMode() === 'v2' ? version2Usage((file) => read('memory', file)) : version1Usage(read);
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

/** From the files of one folder. Undefined when there are none. */
export function version2Usage(read: (file: string) => string): CgroupUsage | undefined {
  const cpu = keyedNumber(read('cpu.stat'), 'usage_usec');
  if (cpu === undefined) return undefined;
  const memory = wholeNumber(read('memory.current')) ?? 0;
  const cache = keyedNumber(read('memory.stat'), 'inactive_file') ?? 0;
  const io = read('io.stat');
  return {
    cpuTotalNs: cpu * 1000,
    memoryBytes: lessCache(memory, cache),
    memoryLimitBytes: memoryLimit(wholeNumber(read('memory.max'))),
    blockReadBytes: sumOf(io, /\brbytes=(\d+)/g),
    blockWrittenBytes: sumOf(io, /\bwbytes=(\d+)/g),
    pids: wholeNumber(read('pids.current')) ?? 0,
  };
}

/** From the files of each controller's folder. Undefined when there are none. */
export function version1Usage(
  read: (controller: CgroupController, file: string) => string,
): CgroupUsage | undefined {
  const cpu = wholeNumber(read('cpuacct', 'cpuacct.usage'));
  if (cpu === undefined) return undefined;
  const memory = wholeNumber(read('memory', 'memory.usage_in_bytes')) ?? 0;
  const cache = keyedNumber(read('memory', 'memory.stat'), 'total_inactive_file') ?? 0;
  const io =
    read('blkio', 'blkio.throttle.io_service_bytes_recursive') ||
    read('blkio', 'blkio.throttle.io_service_bytes');
  return {
    cpuTotalNs: cpu,
    memoryBytes: lessCache(memory, cache),
    memoryLimitBytes: memoryLimit(wholeNumber(read('memory', 'memory.limit_in_bytes'))),
    blockReadBytes: sumOf(io, / Read (\d+)$/gm),
    blockWrittenBytes: sumOf(io, / Write (\d+)$/gm),
    pids: wholeNumber(read('pids', 'pids.current')) ?? 0,
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
