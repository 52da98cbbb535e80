import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** Only a user without root rights needs it, for a network stack of their own. */
export function tunDevice(look: HostLook): Finding {
  const path = '/dev/net/tun';
  if (look.exists(path)) return ok(path);
  if (look.uid === 0) return ok(`no ${path}, and no need of it as root`);
  return {
    status: 'degraded',
    found: `no ${path}`,
    meaning: 'containers of a user without root rights have no network',
    mend: 'as root: modprobe tun',
  };
}
