import { readFileSync } from 'node:fs';

/** A cgroup file as text; empty when it is not there (another kernel, or the cgroup has gone). */
export function readCgroupFile(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** A file that holds one number; `max` and what is not there are undefined. */
export function readCgroupNumber(path: string | undefined): number | undefined {
  const text = readCgroupFile(path).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** One value of a flat keyed file (`memory.stat`, `cpu.stat`). */
export function keyedNumber(text: string, key: string): number | undefined {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
