import { lackingUplink } from '../user-world/lacking-uplink.ts';
import { ownWorld } from '../user-world/own-world.ts';
import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** Only a user without root rights needs it, for a network stack of their own. */
export function tunDevice(look: HostLook, lacking = lackingHere()): Finding {
  const path = '/dev/net/tun';
  if (lacking !== undefined) {
    return {
      status: 'missing',
      found: lacking.what,
      meaning: 'your containers have no network; --network none and host work',
      mend: lacking.mend,
    };
  }
  if (look.exists(path)) return ok(path);
  if (look.uid === 0) return ok(`no ${path}, and no need of it as root`);
  return {
    status: 'degraded',
    found: `no ${path}`,
    meaning: 'containers of a user without root rights have no network',
    mend: 'as root: modprobe tun',
  };
}

function lackingHere(): ReturnType<typeof lackingUplink> {
  return ownWorld() === undefined ? undefined : lackingUplink();
}
