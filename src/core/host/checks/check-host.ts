import { release } from 'node:os';
import type { HostCheck } from '../../../engine/system.ts';
import type { EngineDirs } from '../../engine-dirs.ts';
import { cgroupMounts } from '../cgroups/cgroup-mode.ts';
import { boundingCapabilities } from '../own-capabilities.ts';
import { ownWorld, worldNetworkPath } from '../user-world/own-world.ts';
import { appArmor } from './apparmor.ts';
import { cgroups } from './cgroups.ts';
import { diskSpace } from './disk-space.ts';
import type { Finding } from './finding.ts';
import { forwarding } from './forwarding.ts';
import { givableCapabilities } from './givable-capabilities.ts';
import { thisHost as host } from './host-look.ts';
import { kernel } from './kernel.ts';
import { monitor } from './monitor.ts';
import { namespaces } from './namespaces.ts';
import { nftables } from './nftables.ts';
import { ociRuntime } from './oci-runtime.ts';
import { overlay } from './overlay.ts';
import { rights } from './rights.ts';
import { seccomp } from './seccomp.ts';
import { tunDevice } from './tun-device.ts';

/** Everything the engine needs of its machine, the most needed first. A check that breaks is a finding of its own. */
export async function checkHost(dirs: Pick<EngineDirs, 'root'>): Promise<readonly HostCheck[]> {
  return Promise.all(checks.map((check) => look(check, dirs.root)));
}

interface Check {
  readonly id: string;
  readonly title: string;
  look(root: string): Finding | Promise<Finding>;
}

const checks: readonly Check[] = [
  { id: 'rights', title: 'Rights', look: () => rights(host) },
  { id: 'kernel', title: 'Kernel', look: () => kernel(release()) },
  { id: 'oci-runtime', title: 'OCI runtime', look: () => ociRuntime(host, cgroupMounts().mode) },
  { id: 'monitor', title: 'Monitor', look: () => monitor(host) },
  { id: 'overlay', title: 'Overlay file system', look: overlay },
  { id: 'namespaces', title: 'Namespaces', look: () => namespaces(host) },
  {
    id: 'cgroups',
    title: 'Control groups',
    look: () => cgroups(host, cgroupMounts(), ownWorld() !== undefined),
  },
  { id: 'nftables', title: 'Firewall', look: () => nftables(host, containersNetwork()) },
  { id: 'forwarding', title: 'IP forwarding', look: () => forwarding(host, ownWorld() !== undefined) },
  { id: 'seccomp', title: 'Seccomp', look: () => seccomp(host) },
  { id: 'apparmor', title: 'AppArmor', look: () => appArmor(host) },
  { id: 'capabilities', title: 'Capabilities', look: () => givableCapabilities(boundingCapabilities()) },
  { id: 'tun', title: 'TUN device', look: () => tunDevice(host) },
  { id: 'disk', title: 'Disk space', look: (root) => diskSpace(root) },
  { id: 'node', title: 'Node.js', look: () => ({ status: 'ok', found: process.version }) },
];

function containersNetwork(): string | undefined {
  const world = ownWorld();
  return world && worldNetworkPath(world);
}

async function look({ id, title, look }: Check, root: string): Promise<HostCheck> {
  try {
    return { id, title, meaning: '', mend: '', ...(await look(root)) };
  } catch (error) {
    return {
      id,
      title,
      status: 'degraded',
      found: `could not be checked: ${error instanceof Error ? error.message : error}`,
      meaning: 'what depends on it may fail',
      mend: 'see the message',
    };
  }
}
