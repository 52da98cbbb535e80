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
  return wholeNumber(readCgroupFile(path));
}

/** The text of such a file as a number. */
export function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** One value of a flat keyed file (`memory.stat`, `cpu.stat`). */
export function keyedNumber(text: string, key: string): number | undefined {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
