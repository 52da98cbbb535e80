import { findBinary } from '../host/find-binary.ts';
import { chainExists, chainMentions, chainPolicy, type TableFamily } from '../host/netlink/netfilter.ts';
import { runCommand } from '../host/run-command.ts';

/**
 * Where the iptables policy for forwarded packets is DROP (dockerd sets it), accepting them in a table of our own is
 * not enough: every table has a say. Adds one accept for each direction of the bridge, in DOCKER-USER, which dockerd
 * leaves to others, or else in FORWARD. Questions go straight to the kernel, so that this costs nothing elsewhere.
 */
export async function acceptForwarding(bridge: string, families: readonly TableFamily[]): Promise<void> {
  for (const family of families) {
    if (chainPolicy(family, 'filter', 'FORWARD') !== 'drop') continue;
    const chain = chainExists(family, 'filter', 'DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD';
    if (chainMentions(family, 'filter', chain, bridge)) continue;
    await iptables(family, ['-I', chain, '-i', bridge, '-j', 'ACCEPT']);
    await iptables(family, ['-I', chain, '-o', bridge, '-j', 'ACCEPT']);
  }
}

/** Takes them away again; not there: fine. */
export async function forgetForwarding(bridge: string): Promise<void> {
  for (const family of ['ip', 'ip6'] as const) {
    for (const chain of ['DOCKER-USER', 'FORWARD']) {
      if (!chainMentions(family, 'filter', chain, bridge)) continue;
      await iptables(family, ['-D', chain, '-i', bridge, '-j', 'ACCEPT']);
      await iptables(family, ['-D', chain, '-o', bridge, '-j', 'ACCEPT']);
    }
  }
}

/** Without the program nobody can have set the policy by it; `doctor` tells what else may stand in the way. */
async function iptables(family: TableFamily, rule: readonly string[]): Promise<void> {
  const program = findBinary(family === 'ip' ? 'iptables' : 'ip6tables');
  if (program !== undefined) await runCommand({ argv: [program, '-w', ...rule], timeoutMs: 10_000 });
}
