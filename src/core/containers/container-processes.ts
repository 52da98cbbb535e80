import { readFileSync } from 'node:fs';
import type { CallOptions } from '../../engine/operation.ts';
import { eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { requireRunning } from './lifecycle.ts';
import { settle } from './settle.ts';
import { tell } from './tell.ts';

export interface ProcessTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const titles = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];
/** USER_HZ: the same 100 on every architecture that counts. */
const ticksPerSecond = 100;

/** The processes of a container as the host's `ps` shows them, `ps -ef` unless told otherwise. Throws `conflict` when it does not run. */
export async function containerProcesses(
  context: ContainerContext,
  idOrName: string,
  { psOptions = [], signal }: CallOptions & { readonly psOptions?: readonly string[] } = {},
): Promise<ProcessTable> {
  const record = await settle(context, findContainer(context, idOrName), signal);
  if (record === undefined) throw noSuchContainer(idOrName);
  if (record.state !== 'paused') requireRunning(record, '');
  const pids = await (await context.runtime()).processes(record.id, record.run?.process?.pid);
  tell(context, { type: 'container.top', ...eventOf(record) });
  if (psOptions.length > 0) {
    const { listProcesses } = await import('./list-processes.ts');
    return listProcesses(psOptions, pids, signal);
  }
  const bootTimeMs = readBootTimeMs();
  const users = hostUsers();
  const rows = [...pids]
    .sort((a, b) => a - b)
    .flatMap((pid) => {
      const row = processRow(pid, bootTimeMs, users);
      return row === undefined ? [] : [row];
    });
  return { titles, rows };
}

/** Undefined when it ended meanwhile. */
function processRow(
  pid: number,
  bootTimeMs: number,
  users: ReadonlyMap<number, string>,
): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    // From field 3 on (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3] ?? 0);
    const uid = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? 0);
    const cpuSeconds = Math.floor((field(14) + field(15)) / ticksPerSecond);
    const startMs = bootTimeMs + (field(22) / ticksPerSecond) * 1000;
    const aliveSeconds = Math.max(1, (Date.now() - startMs) / 1000);
    return [
      userColumn(users.get(uid) ?? String(uid)),
      String(pid),
      String(field(4)),
      String(Math.min(99, Math.floor((cpuSeconds / aliveSeconds) * 100))),
      startText(startMs),
      terminalName(field(7)),
      clock(cpuSeconds),
      command === '' ? `[${name}]` : command,
    ];
  } catch {
    return undefined;
  }
}

/** What is longer than its column, ps cuts and marks. */
function userColumn(name: string): string {
  return name.length > 8 ? `${name.slice(0, 7)}+` : name;
}

/** The time of today, the day of this year, or the year. */
function startText(timeMs: number): string {
  const time = new Date(timeMs);
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  if (time.toDateString() === now.toDateString()) return `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.getFullYear() !== now.getFullYear()) return String(time.getFullYear());
  const month = time.toLocaleString('en', { month: 'short' });
  return `${month}${two(time.getDate())}`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** From `tty_nr`: pseudo-terminals have majors 136 to 143. */
function terminalName(device: number): string {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= 136 && major <= 143 ? `pts/${minor + (major - 136) * 256}` : '?';
}

function readBootTimeMs(): number {
  return Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? 0) * 1000;
}

/** Names of the host, as `ps` there gives them. */
function hostUsers(): ReadonlyMap<number, string> {
  const users = new Map<number, string>();
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name, , uid] = line.split(':');
      if (name !== undefined && uid !== undefined && !users.has(Number(uid))) users.set(Number(uid), name);
    }
  } catch {
    // Numbers will do.
  }
  return users;
}
