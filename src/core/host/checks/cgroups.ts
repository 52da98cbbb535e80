import type { CgroupMounts } from '../cgroups/cgroup-mode.ts';
import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** Which hierarchy there is and whether it has the controllers that limits and statistics come from. */
export function cgroups(look: HostLook, mounts: CgroupMounts, inWorld = false): Finding {
  const { mode, controllers, unified } = mounts;
  if (mode === 'none') {
    return {
      status: 'missing',
      found: inWorld ? 'none for a normal user' : 'none mounted',
      meaning: 'containers run without limits (--memory, --cpus, --pids-limit) and without statistics',
      mend: inWorld ? 'run gantry as root for these' : 'mount -t cgroup2 none /sys/fs/cgroup',
    };
  }
  const available =
    mode === 'v2'
      ? words(look.read(`${unified}/cgroup.controllers`))
      : new Set([...controllers.keys()].filter((name) => !name.includes('=')));
  const found = `${modeNames[mode]}: ${[...available].toSorted().join(' ')}`;
  const lacking = wanted.filter((name) => !available.has(name));
  if (lacking.length === 0) return ok(found);
  return {
    status: 'degraded',
    found,
    meaning: `no limits and no statistics for: ${lacking.join(', ')}`,
    mend: bootOptions(look.read('/proc/cgroups') ?? '', lacking),
  };
}

/** A controller that is in the kernel but switched off has a 0 in the last column of /proc/cgroups (cgroups(7)). */
function bootOptions(procCgroups: string, lacking: readonly string[]): string {
  const disabled = lacking.filter((name) => new RegExp(`^${name}\\t.*\\t0$`, 'm').test(procCgroups));
  return disabled.length > 0
    ? `boot with: ${disabled.map((name) => `cgroup_enable=${name}`).join(' ')}`
    : 'use a kernel with these controllers, or have them delegated to the cgroup gantry runs in';
}

function words(text = ''): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter(Boolean));
}

const wanted = ['cpu', 'memory', 'pids'];
const modeNames = { v1: 'version 1', v2: 'version 2', hybrid: 'hybrid (version 1 beside 2)' } as const;
