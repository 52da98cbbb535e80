import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

export function namespaces(look: HostLook): Finding {
  const has = (name: string) => look.exists(`/proc/self/ns/${name}`);
  const present = [...needed, ...useful].filter(has);
  const lacking = needed.filter((name) => !has(name));
  if (lacking.length === 0) return ok(present.join(' '));
  return {
    status: 'missing',
    found: present.join(' ') || 'none',
    meaning: `containers cannot be kept apart from the host: no ${lacking.join(', ')} namespace`,
    mend: 'use a kernel built with CONFIG_NAMESPACES and all its parts',
  };
}

const needed = ['mnt', 'pid', 'net', 'ipc', 'uts'];
const useful = ['cgroup', 'user', 'time'];
