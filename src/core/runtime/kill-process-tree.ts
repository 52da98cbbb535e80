import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../host/process-handle.ts';
import { type ProcessIdentity, processIdentity } from '../host/process-identity.ts';
import { containerPids } from './container-pids.ts';

const SIGKILL = 9;
/** A process of the tree may start another while the others are killed. */
const mostRounds = 50;

/**
 * Kills a process of a container and all it has started: its descendants, and what is in its session, which stays there
 * when its parent is gone. Nothing outside `cgroup` is looked at, and the container's `init` never counts as part of it.
 */
export async function killProcessTree(cgroup: string, root: ProcessIdentity, init: number): Promise<void> {
  const killed = new Set<number>([root.pid]);
  const ownSession = placeOf(root.pid)?.session;
  const session = ownSession === placeOf(init)?.session ? undefined : ownSession;
  // Frozen, its children are still its own when they are looked for.
  signalProcess(root, SIGSTOP);
  for (let round = 0; round < mostRounds; round += 1) {
    const alive = members(cgroup, killed, session, init);
    for (const process of alive) {
      killed.add(process.pid);
      if (process.pid !== root.pid) signalProcess(process, SIGKILL);
    }
    if (alive.every(({ pid }) => pid === root.pid)) break;
    await sleep(round);
  }
  signalProcess(root, SIGKILL);
}

const SIGSTOP = 19;

/** Of the cgroup's processes those whose parent is in the tree, or whose session is its own. */
function members(
  cgroup: string,
  tree: ReadonlySet<number>,
  session: number | undefined,
  init: number,
): readonly ProcessIdentity[] {
  const found = new Set(tree);
  const places = containerPids(cgroup, init).flatMap((pid) => {
    const place = pid === init ? undefined : placeOf(pid);
    return place === undefined ? [] : [{ pid, ...place }];
  });
  for (let grew = true; grew; ) {
    grew = false;
    for (const place of places) {
      if (found.has(place.pid) || !(found.has(place.parent) || place.session === session)) continue;
      found.add(place.pid);
      grew = true;
    }
  }
  return places.flatMap(({ pid }) => (found.has(pid) ? (processIdentity(pid) ?? []) : []));
}

/** proc_pid_stat(5), fields 4 and 6. */
function placeOf(pid: number): { readonly parent: number; readonly session: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), session: Number(fields[3]) };
  } catch {
    return undefined;
  }
}
