import { readFileSync } from 'node:fs';

/** Whether that process is the monitor of that container, and not another that got its ID since. */
export function monitorAlive(pid: number, id: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0]?.endsWith('conmon') === true && words.includes(id);
  } catch {
    return false;
  }
}
