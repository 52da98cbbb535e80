import { existsSync, readFileSync } from 'node:fs';

/**
 * `v2`: one hierarchy at /sys/fs/cgroup. `v1`: one a controller. `hybrid`: version 1 controllers with a version 2
 * hierarchy beside them that controls nothing. `none`: nothing we could use.
 */
export type CgroupMode = 'v1' | 'v2' | 'hybrid' | 'none';

export interface CgroupMounts {
  readonly mode: CgroupMode;
  /** Mount point by version 1 controller; `name=systemd` among them. Empty for v2. */
  readonly controllers: ReadonlyMap<string, string>;
  /** Mount point of version 2, also in hybrid mode. */
  readonly unified: string | undefined;
}

let known: CgroupMounts | undefined;

/** What this host has, read once from /proc/self/mountinfo. */
export function cgroupMounts(): CgroupMounts {
  known ??= parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'latin1'));
  return known;
}

export function cgroupMode(): CgroupMode {
  return cgroupMounts().mode;
}

/** Whether memory and swap together can be limited: version 2 always, version 1 where swap is accounted for. */
export function swapCanBeLimited(): boolean {
  const { mode, controllers } = cgroupMounts();
  if (mode === 'v2') return true;
  const memory = controllers.get('memory');
  return memory !== undefined && existsSync(`${memory}/memory.memsw.limit_in_bytes`);
}

/** Reads mountinfo (proc(5)). */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  const controllers = new Map<string, string>();
  let unified: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    if (mountPoint === undefined) continue;
    if (type !== 'cgroup' && type !== 'cgroup2') {
      // What is mounted over others later hides them.
      if (unified !== undefined && lies(unified, mountPoint)) unified = undefined;
      for (const [name, at] of controllers) if (lies(at, mountPoint)) controllers.delete(name);
    }
    if (type === 'cgroup2') unified ??= mountPoint;
    // Something else went over it later: it is out of sight.
    else if (mountPoint === unified) unified = undefined;
    else if (type === 'cgroup') {
      for (const option of options.split(',')) {
        if (version1Names.has(option)) controllers.set(option, mountPoint);
      }
    }
  }
  const mode = controllers.size > 0 ? (unified === undefined ? 'v1' : 'hybrid') : unified ? 'v2' : 'none';
  return { mode, controllers, unified };
}

function lies(path: string, below: string): boolean {
  return path === below || path.startsWith(`${below === '/' ? '' : below}/`);
}

const version1Names = new Set([
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'net_cls',
  'net_prio',
  'perf_event',
  'hugetlb',
  'rdma',
  'misc',
  'name=systemd',
]);
