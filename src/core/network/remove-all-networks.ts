import type { Metadata } from '../metadata/metadata.ts';
import { takeDown } from './bring-up.ts';
import { removeFirewall } from './firewall.ts';
import { forgetForwarding } from './forward-accept.ts';
import { networkContext } from './network-context.ts';

/**
 * Takes everything of this root out of the kernel: bridges, rules, accepts. The records stay, and the next container
 * makes it all anew. For whoever throws a root away. No container may be running.
 */
export async function removeAllNetworks(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
}): Promise<void> {
  const context = networkContext(services);
  for (const [, network] of context.records.networks.entries()) {
    takeDown(network);
    await forgetForwarding(network.bridge);
  }
  await removeFirewall(context);
}
