import { readdirSync, statSync } from 'node:fs';
import { lookAt } from './look-at.ts';

/** IDs of the processes, as far as we may look, that have a file open; ours too. */
export function processesWithOpen(path: string): readonly number[] {
  const wanted = lookAt(path);
  if (wanted === undefined) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && hasOpen(pid, wanted));
}

function hasOpen(pid: number, { dev, ino }: { readonly dev: number; readonly ino: number }): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => {
      const stat = statSync(`${folder}/${fd}`, { throwIfNoEntry: false });
      return stat?.ino === ino && stat.dev === dev;
    });
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return false;
  }
}
