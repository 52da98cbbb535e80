import { isErrorCode } from '../../base/is-error-code.ts';
import { findLink } from '../host/netlink/links.ts';
import { addElements, deleteElements, type TableFamily, tableExists } from '../host/netlink/netfilter.ts';
import { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { loadNftScript } from '../host/netlink/nft-script.ts';
import { isErrno } from '../host/system-error.ts';
import { forgetFlowsTo } from './forget-flows.ts';
import type { NetworkContext } from './network-context.ts';
import type { PublishedPort } from './network-record.ts';
import { withoutTable } from './nft-text.ts';
import { familyOf, portElement, rulesetScript, type V6Rules, v6Families } from './ruleset.ts';

/** Loads all tables from the records, unless those asked for are there (nobody flushed the host's rules). */
export async function ensureFirewall(
  context: NetworkContext,
  families: readonly TableFamily[],
): Promise<void> {
  const { table } = context.names;
  if (!families.every((family) => tableExists(family, table))) await reloadFirewall(context);
}

/** Makes the tables what the records say. A transaction of the kernel: no packet meets half a rule set. */
export async function reloadFirewall({ records, names, uplink }: NetworkContext): Promise<void> {
  const networks = [...records.networks.entries()].map(([, record]) => record);
  const ports = [...records.ports.entries()].map(([, record]) => record);
  const load = (v6: V6Rules): Promise<void> =>
    loadNftScript(rulesetScript(names.table, networks, ports, v6, uplink?.device));
  const members = networks.filter(({ ipv6 }) => ipv6 !== undefined);
  if (members.length === 0) {
    const families = v6Families.filter((family) => tableExists(family, names.table));
    return await load({ kind: 'gone', families });
  }
  try {
    await load({ kind: 'full', devices: present(members.map(({ bridge }) => bridge)) });
  } catch (error) {
    if (!isErrorCode(error, 'nft-failed')) throw error;
    // A kernel without these tables; or a bridge went in this very moment, and comes back with the next container.
    await load({ kind: 'without-loopback' });
  }
}

/** Those of the devices that are there: rules of this kind belong to devices, and go with them. */
function present(devices: readonly string[]): readonly string[] {
  using socket = new NetlinkSocket('route');
  return devices.filter((device) => findLink(socket, device) !== undefined);
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
  forgetFlowsTo(ports);
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
  forgetFlowsTo(ports);
}

export async function removeFirewall({ names }: NetworkContext): Promise<void> {
  const families = (['ip', ...v6Families] as const).filter((family) => tableExists(family, names.table));
  if (families.length === 0) return;
  await loadNftScript(families.map((family) => withoutTable(family, names.table)).join(''));
}
