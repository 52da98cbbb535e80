import { readFileSync } from 'node:fs';

/** A process for good: a process ID is used again, the two together are not until the next boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** `starttime` of /proc/PID/stat: clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly startTime: string;
}

/** Undefined when there is no such process, or only its corpse. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything, spaces and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

/** Whether that very process runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return processIdentity(process.pid)?.startTime === process.startTime;
}

/** Ours. */
export function ownIdentity(): ProcessIdentity {
  own ??= processIdentity(process.pid) ?? { pid: process.pid, startTime: '0' };
  return own;
}

/** Differs after every boot of the machine. */
export function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return boot;
}

let own: ProcessIdentity | undefined;
let boot: string | undefined;
