import { bringUp, takeDown } from './bring-up.ts';
import { removeFirewall } from './firewall.ts';
import { forgetForwarding } from './forward-accept.ts';
import type { NetworkContext } from './network-context.ts';

const counterKey = 'times';

/**
 * How often bridges and rules of the root were taken away. Who brings a network up and takes an address of it then looks
 * in between whether it changed: what was brought up may be gone.
 */
export function takenAway({ records }: NetworkContext): number {
  return records.takings.get(counterKey) ?? 0;
}

/**
 * Takes bridges and rules out of the kernel while no container is on any network. The records stay, and the next
 * container makes it all anew. One that comes meanwhile finds out by {@link takenAway}, or its network is made again here.
 */
export async function takeAway(context: NetworkContext): Promise<void> {
  const networks = [...context.records.networks.entries()].map(([, network]) => network);
  if (!countIfUnused(context, () => networks.forEach(takeDown))) return;
  for (const { bridge } of networks) await forgetForwarding(bridge);
  await removeFirewall(context);
  if (countIfUnused(context)) return;
  const { addresses } = context.records;
  const used = networks.filter(({ id }) => addresses.entries(`${id}/`).next().done !== true);
  for (const network of used) await bringUp(context, network);
}

/** Whether nobody has an address. Counts then, and does `work`, while nobody can take one. */
function countIfUnused(context: NetworkContext, work: () => void = () => undefined): boolean {
  const { addresses, takings } = context.records;
  return context.metadata.transaction(() => {
    if (addresses.entries().next().done !== true) return false;
    work();
    takings.put(counterKey, takenAway(context) + 1);
    return true;
  });
}
