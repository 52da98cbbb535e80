import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { type CgroupMode, cgroupMode, swapCanBeLimited } from '../host/cgroups/cgroup-mode.ts';
import { capabilityNames } from './spec/capabilities.ts';
import { unlimited } from './spec/rlimits.ts';

/** What a specification must know of the machine and of us. Read once a process, in well under a millisecond. */
export interface HostFacts {
  /** Our bounding set: what we can give. */
  readonly boundingCaps: ReadonlySet<string>;
  /** Our own hard limits by lower-case name (`nofile`). */
  readonly hardLimits: Readonly<Record<string, number>>;
  readonly mayRaiseLimits: boolean;
  readonly cgroups: CgroupMode;
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
  const status = readFileSync('/proc/self/status', 'latin1');
  const effective = capabilitySet(status, 'CapEff');
  const kernel = kernelVersion(release());
  return {
    boundingCaps: capabilitySet(status, 'CapBnd'),
    hardLimits: parseHardLimits(readFileSync('/proc/self/limits', 'latin1')),
    mayRaiseLimits: effective.has('CAP_SYS_RESOURCE'),
    cgroups: cgroupMode(),
    swapLimit: swapCanBeLimited(),
    cpus: availableParallelism(),
    cpuIndexes: onlineCpus(),
    kernel,
    recursiveReadOnly: kernel[0] > 5 || (kernel[0] === 5 && kernel[1] >= 12),
    appArmor: existsSync('/sys/kernel/security/apparmor/profiles'),
  };
}

/** Reads one `Cap…:` line of /proc/PID/status (proc(5)). */
export function capabilitySet(status: string, line: 'CapBnd' | 'CapEff'): ReadonlySet<string> {
  const bits = BigInt(`0x${new RegExp(`^${line}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`);
  return new Set(capabilityNames.filter((_, number) => (bits >> BigInt(number)) & 1n));
}

/** Reads the hard column of /proc/PID/limits; `unlimited` where it says so. Keys are `--ulimit` names. */
export function parseHardLimits(text: string): Readonly<Record<string, number>> {
  const limits: Record<string, number> = {};
  for (const [title, name] of limitTitles) {
    const hard = new RegExp(`^${title} +\\S+ +(\\S+)`, 'm').exec(text)?.[1];
    if (hard !== undefined) limits[name] = hard === 'unlimited' ? unlimited : Number(hard);
  }
  return limits;
}

const limitTitles = [
  ['Max cpu time', 'cpu'],
  ['Max file size', 'fsize'],
  ['Max data size', 'data'],
  ['Max stack size', 'stack'],
  ['Max core file size', 'core'],
  ['Max resident set', 'rss'],
  ['Max processes', 'nproc'],
  ['Max open files', 'nofile'],
  ['Max locked memory', 'memlock'],
  ['Max file locks', 'locks'],
  ['Max pending signals', 'sigpending'],
  ['Max msgqueue size', 'msgqueue'],
  ['Max nice priority', 'nice'],
  ['Max realtime priority', 'rtprio'],
  ['Max realtime timeout', 'rttime'],
] as const;

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
