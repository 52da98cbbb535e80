import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** An extra fence where the distribution has it; its absence takes nothing away that gantry promises. */
export function appArmor(look: HostLook): Finding {
  if (look.read('/sys/module/apparmor/parameters/enabled')?.trim() !== 'Y')
    return ok('not used by this kernel');
  if (look.exists('/sys/kernel/security/apparmor/profiles')) return ok('enabled');
  return {
    status: 'degraded',
    found: 'enabled, but its file system is not mounted',
    meaning: 'containers run without an AppArmor profile',
    mend: 'mount -t securityfs none /sys/kernel/security',
  };
}
