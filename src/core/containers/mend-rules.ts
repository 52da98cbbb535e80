import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { isAlive } from './lifecycle.ts';

/**
 * Whoever flushes the machine's rules (a firewall that is started anew) takes ours along, and published ports of what
 * runs lead nowhere: they are loaded again. One question to the kernel when they are there, none where nothing is
 * published. That it cannot be asked or mended hinders nobody who only looks.
 */
export async function mendRules(
  context: ContainerContext,
  records: readonly ContainerRecord[],
): Promise<void> {
  const isPublished = (record: ContainerRecord): boolean =>
    isAlive(record.state) && record.endpoints.some(({ ports }) => ports.length > 0);
  if (!records.some(isPublished)) return;
  try {
    const [{ tableExists }, { networkNames }] = await Promise.all([
      import('../host/netlink/netfilter.ts'),
      import('../network/network-names.ts'),
    ]);
    if (tableExists('ip', networkNames(context.dirs.root).table)) return;
    await (await context.networking()).ensureRules();
  } catch {
    // Not ours to change, or no nft: the next start says it.
  }
}
