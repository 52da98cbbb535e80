import { findBinary } from '../host/find-binary.ts';
import { chainExists, chainMentions, chainPolicy } from '../host/netlink/netfilter.ts';
import { runCommand } from '../host/run-command.ts';

/**
 * Where the iptables policy for forwarded packets is DROP (dockerd sets it), accepting them in a table of our own is
 * not enough: every table has a say. Adds one accept for each direction of the bridge, in DOCKER-USER, which dockerd
 * leaves to others, or else in FORWARD. Questions go straight to the kernel, so that this costs nothing elsewhere.
 */
export async function acceptForwarding(bridge: string): Promise<void> {
  if (chainPolicy('filter', 'FORWARD') !== 'drop') return;
  const chain = acceptChain();
  if (chainMentions('filter', chain, bridge)) return;
  await iptables(['-I', chain, '-i', bridge, '-j', 'ACCEPT']);
  await iptables(['-I', chain, '-o', bridge, '-j', 'ACCEPT']);
}

/** Takes them away again; not there: fine. */
export async function forgetForwarding(bridge: string): Promise<void> {
  for (const chain of ['DOCKER-USER', 'FORWARD']) {
    if (!chainMentions('filter', chain, bridge)) continue;
    await iptables(['-D', chain, '-i', bridge, '-j', 'ACCEPT']);
    await iptables(['-D', chain, '-o', bridge, '-j', 'ACCEPT']);
  }
}

function acceptChain(): string {
  return chainExists('filter', 'DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD';
}

/** Without the program nobody can have set the policy by it; `doctor` tells what else may stand in the way. */
async function iptables(rule: readonly string[]): Promise<void> {
  const program = findBinary('iptables');
  if (program !== undefined) await runCommand({ argv: [program, '-w', ...rule], timeoutMs: 10_000 });
}
