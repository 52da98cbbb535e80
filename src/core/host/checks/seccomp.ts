import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** seccomp(2): the filter, and the actions that Docker's profile asks for. */
export function seccomp(look: HostLook): Finding {
  const supported = /^Seccomp:\s+\d/m.test(look.read('/proc/self/status') ?? '');
  const actions = look.read('/proc/sys/kernel/seccomp/actions_avail')?.trim();
  if (supported && (actions === undefined || actions.includes('errno'))) return ok(actions ?? 'filters');
  return {
    status: 'degraded',
    found: 'not in this kernel',
    meaning: 'system calls of containers are not filtered',
    mend: 'use a kernel built with CONFIG_SECCOMP_FILTER',
  };
}
