import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupMounts } from './cgroup-mode.ts';

/**
 * Moves a process into a cgroup of the hierarchy that service managers kill by, so that it outlives the session or
 * service gantry was started from. Other controllers keep it where it was. False where that is not possible; the
 * process then lives and dies with its surroundings.
 */
export function placeOutsideService(pid: number, path: string): boolean {
  const { controllers, unified } = cgroupMounts();
  const mount = controllers.get('name=systemd') ?? unified;
  if (mount === undefined) return false;
  const folder = join(mount, path);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    return true;
  } catch {
    return false;
  }
}
