import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { runProgram } from './run-program.ts';

/** What an engine can leave on a machine, one line each: mounts, interfaces, firewall tables, processes. */
export async function hostTraces(root: string): Promise<ReadonlySet<string>> {
  return new Set([...mounts(root), ...interfaces(), ...(await firewallTables()), ...processes(root)]);
}

/** Process IDs of whatever was started for things below `root`, or lives in a file system made of them. */
export function processesOf(root: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid && concerns(pid, root));
}

/**
 * Names `root` in its command line, works below it, or has a root file system with layers below it. What else is
 * mounted where the process is says nothing: every process of the machine sees the machine's mounts.
 */
function concerns(pid: number, root: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(root) ||
      isBelow(readlinkSync(`/proc/${pid}/cwd`), root) ||
      rootMount(readFileSync(`/proc/${pid}/mountinfo`, 'latin1')).includes(root)
    );
  } catch {
    // It has ended meanwhile, or is a zombie nobody has waited for yet.
    return false;
  }
}

function rootMount(mountinfo: string): string {
  return mountinfo.split('\n').find((line) => line.split(' ')[4] === '/') ?? '';
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function processes(root: string): readonly string[] {
  return processesOf(root).map((pid) => `process ${pid}: ${commandLine(pid)}`);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return 'ended';
  }
}

function mounts(root: string): readonly string[] {
  return readFileSync('/proc/thread-self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => isBelow(point, root))
    .map((point) => `mount ${point}`);
}

/** Bridges and cables by the names an engine gives them, in our network namespace (`/sys/class/net` is the machine's). */
function interfaces(): readonly string[] {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').trim().split('\n').slice(2);
  const names = lines.map((line) => line.split(':')[0]?.trim() ?? '');
  return names.filter((name) => /^(?:gantry|gt|gb-|gv)/.test(name)).map((name) => `interface ${name}`);
}

async function firewallTables(): Promise<readonly string[]> {
  const { stdout } = await runProgram(['nft', 'list', 'tables']);
  return stdout.split('\n').filter((line) => / gantry/.test(line));
}
