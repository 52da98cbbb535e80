import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { type CgroupMode, cgroupMode, swapCanBeLimited } from '../host/cgroups/cgroup-mode.ts';
import { boundingCapabilities, effectiveCapabilities } from '../host/own-capabilities.ts';
import { ownResourceLimits } from '../host/own-limits.ts';
import { inUserNamespace, ownIdMap } from '../host/user-namespace.ts';

/** What a specification must know of the machine and of us. Read once a process, in well under a millisecond. */
export interface HostFacts {
  /** Our bounding set: what we can give. */
  readonly boundingCaps: ReadonlySet<string>;
  /** Our own hard limits by OCI name (`RLIMIT_NOFILE`); `Infinity` where there is none. */
  readonly hardLimits: ReadonlyMap<string, number>;
  readonly mayRaiseLimits: boolean;
  /** Our own: nobody of ours goes below it without `mayRaiseLimits`. */
  readonly oomScoreAdj: number;
  readonly cgroups: CgroupMode;
  /** Root here is somebody else on the machine: devices cannot be made, nor the machine's own namespaces be mounted. */
  readonly inUserNamespace: boolean;
  /** The highest group ID there is here, but for what the kernel keeps to itself. */
  readonly highestGroup: number;
  readonly swapLimit: boolean;
  readonly cpus: number;
  /** Numbers of the CPUs with a folder in sysfs. */
  readonly cpuIndexes: readonly number[];
  readonly kernel: readonly [major: number, minor: number];
  readonly recursiveReadOnly: boolean;
  readonly appArmor: boolean;
}

let known: HostFacts | undefined;

export function hostFacts(): HostFacts {
  known ??= readHostFacts();
  return known;
}

function readHostFacts(): HostFacts {
  const kernel = kernelVersion(release());
  return {
    boundingCaps: boundingCapabilities(),
    hardLimits: new Map([...ownResourceLimits()].map(([name, { hard }]) => [name, hard])),
    // Root of a user namespace has the capability, but not over limits of the machine.
    mayRaiseLimits: effectiveCapabilities().has('CAP_SYS_RESOURCE') && !inUserNamespace(),
    oomScoreAdj: Number(readFileSync('/proc/self/oom_score_adj', 'latin1')),
    cgroups: cgroupMode(),
    inUserNamespace: inUserNamespace(),
    highestGroup: highestGroup(),
    swapLimit: swapCanBeLimited(),
    cpus: availableParallelism(),
    cpuIndexes: onlineCpus(),
    kernel,
    recursiveReadOnly: kernel[0] > 5 || (kernel[0] === 5 && kernel[1] >= 12),
    appArmor: existsSync('/sys/kernel/security/apparmor/profiles'),
  };
}

/** Up to where all IDs from 0 on are mapped. */
function highestGroup(): number {
  if (!inUserNamespace()) return 2_147_483_647;
  let next = 0;
  for (const { inside, count } of ownIdMap('gid').toSorted((a, b) => a.inside - b.inside)) {
    if (inside === next) next += count;
  }
  return Math.max(0, next - 1);
}

/** `6.18.44-x` → [6, 18]; [0, 0] when it says nothing of the kind. */
export function kernelVersion(text: string): readonly [number, number] {
  const found = /^(\d+)\.(\d+)/.exec(text);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
}

/** `0-3,8` of /sys/devices/system/cpu/online, spelled out. */
function onlineCpus(): readonly number[] {
  try {
    return readFileSync('/sys/devices/system/cpu/online', 'latin1')
      .trim()
      .split(',')
      .flatMap((range) => {
        const [first = 0, last = first] = range.split('-').map(Number);
        return Array.from({ length: last - first + 1 }, (_, index) => first + index);
      });
  } catch {
    return [];
  }
}
