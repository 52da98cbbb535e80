import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** Bridge networks need the host to route; gantry switches it on with the first of them, where it may. */
export function forwarding(look: HostLook, inWorld = false): Finding {
  if (inWorld) return ok('switched on in the network of your containers');
  const path = '/proc/sys/net/ipv4/ip_forward';
  const value = look.read(path)?.trim();
  if (value === '1') return ok('on');
  if (value === '0' && look.uid === 0) return ok('off; switched on with the first bridge network');
  return {
    status: 'degraded',
    found: value === undefined ? `no ${path}` : 'off',
    meaning: 'containers on a bridge network cannot reach other machines',
    mend: 'as root: sysctl -w net.ipv4.ip_forward=1',
  };
}
