import { addElements, deleteElements, type TableFamily, tableExists } from '../host/netlink/netfilter.ts';
import { loadNftScript } from '../host/netlink/nft-script.ts';
import { readSysctl } from '../host/sysctl.ts';
import { isErrno } from '../host/system-error.ts';
import type { NetworkContext } from './network-context.ts';
import type { PublishedPort } from './network-record.ts';
import { familyOf, portElement, rulesetScript, withoutTable } from './ruleset.ts';

/** Loads all tables from the records, unless those asked for are there (nobody flushed the host's rules). */
export async function ensureFirewall(
  context: NetworkContext,
  families: readonly TableFamily[],
): Promise<void> {
  const { table } = context.names;
  if (!families.every((family) => tableExists(family, table))) await reloadFirewall(context);
}

/** Makes the tables what the records say. A transaction of the kernel: no packet meets half a rule set. */
export async function reloadFirewall({ records, names }: NetworkContext): Promise<void> {
  const networks = [...records.networks.entries()].map(([, record]) => record);
  const ports = [...records.ports.entries()].map(([, record]) => record);
  const hasV6 = networks.some(({ ipv6 }) => ipv6 !== undefined);
  const without = tableExists('ip6', names.table) ? 'gone' : 'none';
  const ipv6 = hasV6 ? (loopbackWorks() ? 'full' : 'no-loopback') : without;
  await loadNftScript(rulesetScript(names.table, networks, ports, ipv6));
}

/**
 * Whether a port published on IPv6 can be reached by ::1. Where bridges give packets to ip6tables (br_netfilter), the
 * answer's address is ::1 again before it has come in, and the kernel takes it for a forgery.
 */
export function loopbackWorks(): boolean {
  return readSysctl('net/bridge/bridge-nf-call-ip6tables') !== '1';
}

/** Opens ports that are in the records already. */
export async function openPorts(context: NetworkContext, ports: readonly PublishedPort[]): Promise<void> {
  try {
    for (const family of ['ip', 'ip6'] as const) {
      const own = ports.filter((port) => familyOf(port) === family);
      if (own.length > 0) addElements(family, context.names.table, own.map(portElement));
    }
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
      deleteElements(familyOf(port), context.names.table, [portElement(port)]);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}

export async function removeFirewall({ names }: NetworkContext): Promise<void> {
  for (const family of ['ip', 'ip6'] as const) {
    if (tableExists(family, names.table)) await loadNftScript(withoutTable(family, names.table));
  }
}
