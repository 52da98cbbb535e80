import { effectiveCapabilities } from '../own-capabilities.ts';
import { hasSingleId, inUserNamespace } from '../user-namespace.ts';
import { lendingCommand } from '../user-world/lacking.ts';
import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';

/** Who we are. Being root in a container without the capabilities below is not enough. */
export function rights(look: HostLook, effective = effectiveCapabilities()): Finding {
  if (look.uid !== 0) {
    return {
      status: 'missing',
      found: `user ${look.uid}`,
      meaning: 'only root may mount images, make networks and limit resources: no container can be started',
      mend: 'run gantry as root: sudo gantry',
    };
  }
  const lacking = needed.filter((name) => !effective.has(name));
  if (lacking.length === 0) return inUserNamespace() ? rootOfOwnWorld() : ok('root');
  return {
    status: 'missing',
    found: `root without ${lacking.join(', ')}`,
    meaning: 'the kernel will refuse mounts, networks or device files: no container can be started',
    mend: 'run gantry outside of the container it is in, or in a privileged one',
  };
}

function rootOfOwnWorld(): Finding {
  if (!hasSingleId()) return ok('root of a user namespace');
  return {
    status: 'degraded',
    found: 'root of a user namespace in which there is no other user',
    meaning: 'images with files of other users cannot be unpacked, and --user takes root only',
    mend: `as root: ${lendingCommand()}`,
  };
}

const needed = [
  'CAP_SYS_ADMIN',
  'CAP_NET_ADMIN',
  'CAP_MKNOD',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_SYS_CHROOT',
];
