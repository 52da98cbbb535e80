import { addElements, deleteElements, tableExists } from '../host/netlink/netfilter.ts';
import { loadNftScript } from '../host/netlink/nft-script.ts';
import { isErrno } from '../host/system-error.ts';
import type { NetworkContext } from './network-context.ts';
import type { PublishedPort } from './network-record.ts';
import { portElement, rulesetScript } from './ruleset.ts';

/** Loads the whole table from the records, unless it is there (nobody flushed the host's rules). */
export async function ensureFirewall(context: NetworkContext): Promise<void> {
  if (!tableExists(context.names.table)) await reloadFirewall(context);
}

/** Makes the table what the records say. A transaction of the kernel: no packet meets half a rule set. */
export async function reloadFirewall({ records, names }: NetworkContext): Promise<void> {
  const networks = [...records.networks.entries()].map(([, record]) => record);
  const ports = [...records.ports.entries()].map(([, record]) => record);
  await loadNftScript(rulesetScript(names.table, networks, ports));
}

/** Opens ports that are in the records already. */
export async function openPorts(context: NetworkContext, ports: readonly PublishedPort[]): Promise<void> {
  try {
    addElements(context.names.table, ports.map(portElement));
  } catch (error) {
    // Flushed meanwhile (ENOENT), or an element of a killed process is in the way (EEXIST): start from the records.
    if (!isErrno(error, 'ENOENT', 'EEXIST')) throw error;
    await reloadFirewall(context);
  }
}

/** Closes ports; those that are not open are fine. */
export function closePorts(context: NetworkContext, ports: readonly PublishedPort[]): void {
  for (const port of ports) {
    try {
      deleteElements(context.names.table, [portElement(port)]);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}

export async function removeFirewall({ names }: NetworkContext): Promise<void> {
  if (tableExists(names.table)) await loadNftScript(`delete table ip ${names.table}\n`);
}
