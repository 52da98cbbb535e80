import { readFileSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import type { Resources } from '../../../engine/containers.ts';

/**
 * Refuses processors and nodes of memory that are no list (`0-3,8`) or that this machine has not, in Docker's words.
 * @throws GantryError `invalid` / `resources`
 */
export function checkCpusets({ cpusetCpus, cpusetMems }: Resources): void {
  if (cpusetCpus) check(cpusetCpus, 'cpuset cpus', 'CPUs', '/sys/devices/system/cpu/online');
  if (cpusetMems) check(cpusetMems, 'cpuset mems', 'memory nodes', '/sys/devices/system/node/online');
}

function check(text: string, option: string, things: string, onlinePath: string): void {
  const asked = rangesOf(text);
  if (asked === undefined) {
    throw bad(`Invalid value ${text.slice(0, 80)} for ${option}: invalid format: ${text.slice(0, 80)}`);
  }
  const available = readOnline(onlinePath);
  const online = rangesOf(available);
  // The kernel says it where this machine does not tell.
  if (online === undefined) return;
  const has = (number: number): boolean => online.some(([first, last]) => first <= number && number <= last);
  for (const [first, last] of asked) {
    for (let number = first; number <= last; number++) {
      if (has(number)) continue;
      throw bad(
        `Requested ${things} are not available - requested ${text.slice(0, 80)}, available: ${available}`,
      );
    }
  }
}

function rangesOf(text: string): readonly (readonly [first: number, last: number])[] | undefined {
  if (!/^\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*$/.test(text)) return undefined;
  const ranges = text.split(',').map((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return [first, last] as const;
  });
  return ranges.every(([first, last]) => first <= last) ? ranges : undefined;
}

function readOnline(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'resources', message });
}
