import { closeSync, openSync, readFileSync, write } from 'node:fs';
import { join } from 'node:path';
import { cgroupMounts } from './cgroup-mode.ts';

/**
 * The first move of a process between cgroups after some idle time waits 7 to 10 ms for all CPUs (an RCU grace
 * period, kernel/locking/percpu-rwsem.c); those right after it do not. This makes that wait happen beside other work:
 * it moves us, from the thread pool, to where we are already. It changes nothing and fails silently.
 */
export function wakeCgroups(): void {
  try {
    const { mode, controllers, unified } = cgroupMounts();
    const mount = mode === 'v2' ? unified : controllers.get('pids');
    if (mount === undefined) return;
    const own = ownPath(readFileSync('/proc/self/cgroup', 'latin1'), mode === 'v2' ? '' : 'pids');
    if (own === undefined) return;
    // Opened here: a step of the event loop between opening and writing would wait for all that is done meanwhile.
    const fd = openSync(join(mount, own, 'cgroup.procs'), 'w');
    write(fd, String(process.pid), () => closeSync(fd));
  } catch {
    // Only speed is lost.
  }
}

/** Path of one line of /proc/PID/cgroup (cgroups(7)); version 2 has no controller in its line. */
function ownPath(text: string, controller: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, names = '', path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined && names.split(',').includes(controller)) return path;
  }
  return undefined;
}
