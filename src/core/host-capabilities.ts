import type { Capabilities, Capability } from '../engine/capabilities.ts';
import { cgroupMode } from './host/cgroups/cgroup-mode.ts';
import { findBinary } from './host/find-binary.ts';
import { inUserNamespace } from './host/user-namespace.ts';
import { lackingUplink } from './host/user-world/lacking-uplink.ts';
import { ownWorld } from './host/user-world/own-world.ts';

const needsRuntime: readonly Capability[] = ['container.run', 'image.build'];
const needsCgroups: readonly Capability[] = ['container.pause', 'container.stats', 'resources.limits'];
const needsNetwork: readonly Capability[] = ['network.bridge'];

/** What this engine cannot do on this machine, each with its reason. A few questions to the file system. */
export function hostCapabilities(uid: number, noWorld = 'start gantry with sudo'): Capabilities {
  const missing: Partial<Record<Capability, string>> = {};
  const miss = (capabilities: readonly Capability[], reason: string): void => {
    for (const capability of capabilities) missing[capability] ??= reason;
  };
  if (uid !== 0) {
    const reason = `needs root: ${noWorld}`;
    miss([...needsRuntime, ...needsCgroups, ...needsNetwork], reason);
    return missing;
  }
  if (findBinary('crun') === undefined && findBinary('runc') === undefined) {
    miss(needsRuntime, 'no OCI runtime: install crun or runc');
  }
  if (findBinary('conmon') === undefined) miss(['container.run'], 'no container monitor: install conmon');
  if (ownWorld() !== undefined) {
    const lacking = lackingUplink();
    if (lacking !== undefined)
      miss(needsNetwork, `no networks for containers: ${lacking.what} (${lacking.mend})`);
  }
  if (findBinary('nft') === undefined) miss(needsNetwork, 'no nft: install nftables');
  if (cgroupMode() === 'none') {
    miss(
      needsCgroups,
      inUserNamespace()
        ? 'no limits, statistics and pauses for containers of a normal user: run gantry as root for these'
        : 'no control groups are mounted',
    );
  }
  return missing;
}
