import { readFileSync } from 'node:fs';

/** A resource limit of this process; `Infinity` when there is none. */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}

/**
 * Limits of this process by their OCI name (`RLIMIT_NOFILE`). A container may not be given a higher hard limit than
 * ours unless we have CAP_SYS_RESOURCE.
 */
export function ownResourceLimits(): ReadonlyMap<string, ResourceLimit> {
  const limits = new Map<string, ResourceLimit>();
  for (const line of readFileSync('/proc/self/limits', 'latin1').split('\n').slice(1)) {
    const name = names[line.slice(0, 26).trim()];
    const [soft, hard] = line.slice(26).trim().split(/\s+/);
    if (name !== undefined && soft !== undefined && hard !== undefined) {
      limits.set(name, { soft: limitValue(soft), hard: limitValue(hard) });
    }
  }
  return limits;
}

function limitValue(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}

const names: Readonly<Record<string, string>> = {
  'Max cpu time': 'RLIMIT_CPU',
  'Max file size': 'RLIMIT_FSIZE',
  'Max data size': 'RLIMIT_DATA',
  'Max stack size': 'RLIMIT_STACK',
  'Max core file size': 'RLIMIT_CORE',
  'Max resident set': 'RLIMIT_RSS',
  'Max processes': 'RLIMIT_NPROC',
  'Max open files': 'RLIMIT_NOFILE',
  'Max locked memory': 'RLIMIT_MEMLOCK',
  'Max address space': 'RLIMIT_AS',
  'Max file locks': 'RLIMIT_LOCKS',
  'Max pending signals': 'RLIMIT_SIGPENDING',
  'Max msgqueue size': 'RLIMIT_MSGQUEUE',
  'Max nice priority': 'RLIMIT_NICE',
  'Max realtime priority': 'RLIMIT_RTPRIO',
  'Max realtime timeout': 'RLIMIT_RTTIME',
};
