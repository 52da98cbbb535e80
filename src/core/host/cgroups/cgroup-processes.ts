import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCgroupFile } from './cgroup-file.ts';
import { cgroupFolder } from './cgroup-folders.ts';

const maximumDepth = 8;

/** IDs, in our PID namespace, of all processes in a cgroup and the ones below it. Empty when it is not there. */
export function cgroupProcesses(path: string): readonly number[] {
  const folder = cgroupFolder(path, 'pids') ?? cgroupFolder(path, 'memory') ?? cgroupFolder(path, 'cpu');
  if (folder === undefined) return [];
  const pids = new Set<number>();
  const visit = (dir: string, depth: number): void => {
    for (const line of readCgroupFile(join(dir, 'cgroup.procs')).split('\n')) {
      if (line !== '' && line !== '0') pids.add(Number(line));
    }
    if (depth >= maximumDepth) return;
    for (const entry of foldersIn(dir)) visit(join(dir, entry), depth + 1);
  };
  visit(folder, 0);
  return [...pids].sort((a, b) => a - b);
}

function foldersIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
