import { readFileSync } from 'node:fs';

/** One line of uid_map or gid_map (user_namespaces(7)): `count` IDs from `inside` on are `outside` and on for others. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Whether root here is somebody else outside: some file systems, attributes, limits and devices are then not ours. */
export function inUserNamespace(): boolean {
  within ??= isMapped(ownIdMap('uid'));
  return within;
}

/** Which IDs there are here. */
export function ownIdMap(kind: 'uid' | 'gid'): readonly IdRange[] {
  try {
    return parseIdMap(readFileSync(`/proc/self/${kind}_map`, 'latin1'));
  } catch {
    // A kernel without user namespaces.
    return [everyId];
  }
}

/** Whether here is only one user, so that no file can be given to another. */
export function hasSingleId(): boolean {
  return inUserNamespace() && ownIdMap('uid').reduce((sum, { count }) => sum + count, 0) === 1;
}

/** The IDs of another process. */
export function readIdMap(pid: number): readonly IdRange[] {
  return parseIdMap(readFileSync(`/proc/${pid}/uid_map`, 'latin1'));
}

export function parseIdMap(text: string): readonly IdRange[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, count };
    });
}

function isMapped(map: readonly IdRange[]): boolean {
  const [first] = map;
  return map.length !== 1 || first?.outside !== 0 || first.inside !== 0 || first.count !== everyId.count;
}

const everyId: IdRange = { inside: 0, outside: 0, count: 4_294_967_295 };
let within: boolean | undefined;
