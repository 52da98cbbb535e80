import { GantryError } from '../../base/gantry-error.ts';
import { addressBytes, type IpFamily } from '../../base/ip-address.ts';
import { formatNetwork, type IpNetwork, networksOverlap, parseNetwork } from '../../base/ip-network.ts';
import { type HostRoute, hostRoutes, hostRoutesV6 } from '../host/netlink/host-routes.ts';
import {
  addAddress,
  createBridge,
  deleteLink,
  findLink,
  type LinkInfo,
  setLinkAlias,
} from '../host/netlink/links.ts';
import { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { randomHex } from '../host/random-hex.ts';
import { setSysctl } from '../host/sysctl.ts';
import { isErrno } from '../host/system-error.ts';
import { bridgeOptions } from './bridge-options.ts';
import { bringUpV6 } from './bring-up-v6.ts';
import { chooseSubnet, gatewayOf } from './choose-subnet.ts';
import { takenSubnets } from './find-network.ts';
import { ensureFirewall, reloadFirewall } from './firewall.ts';
import { acceptForwarding } from './forward-accept.ts';
import type { NetworkContext } from './network-context.ts';
import { globalId, isOwnBridge } from './network-names.ts';
import { type NetworkRecord, poolOf, withPool } from './network-record.ts';

/**
 * Makes a network work: its bridge, the rules, forwarding. Two questions to the kernel when all of it is there.
 * Returns the record, whose subnet is another than before when the old one has come to meet the host's routes.
 */
export async function bringUp(context: NetworkContext, network: NetworkRecord): Promise<NetworkRecord> {
  const families = network.ipv6 === undefined ? (['ip'] as const) : (['ip', 'ip6'] as const);
  using socket = new NetlinkSocket('route');
  let current = network;
  const link = findLink(socket, network.bridge);
  if (link !== undefined && !isOurs(network, link)) throw foreignDevice(network);
  if (link === undefined || !hasSubnets(network)) {
    current = makeBridge(context, socket, network);
    // The rules name bridges, and the subnet may be new.
    await reloadFirewall(context);
  } else {
    await ensureFirewall(context, families);
  }
  await acceptForwarding(current.bridge, families);
  return current;
}

/** Takes down what `bringUp` made, but for the rules. Absent: fine. */
export function takeDown(network: NetworkRecord): void {
  using socket = new NetlinkSocket('route');
  const link = findLink(socket, network.bridge);
  if (link !== undefined && isOurs(network, link)) deleteLink(socket, network.bridge);
}

/** By its name, which nobody else gives; a device with a name that somebody chose bears a mark. */
function isOurs(network: NetworkRecord, { alias }: LinkInfo): boolean {
  return isOwnBridge(network.bridge) || alias === markOf(network);
}

function markOf({ id }: NetworkRecord): string {
  return `gantry network ${id}`;
}

function makeBridge(context: NetworkContext, socket: NetlinkSocket, network: NetworkRecord): NetworkRecord {
  let current = network;
  for (const family of [4, 6] as const) {
    if (rivals(current, family).length > 0) current = moveSubnet(context, current, family);
  }
  for (let attempt = 0; ; attempt += 1) {
    const link = ensureLink(socket, current);
    addAddress(socket, link.index, addressBytes(current.gateway), parseNetwork(current.subnet).prefixLength);
    bringUpV6(socket, current, link.index);
    // Another engine may have chosen the same subnet in this very moment: one of the two gives way.
    const contested = ([4, 6] as const).filter((family) => mustGiveWay(current, family));
    if (attempt >= 5 || contested.length === 0) break;
    const moved = contested.reduce((record, family) => moveSubnet(context, record, family), current);
    if (moved.subnet === current.subnet && moved.ipv6?.subnet === current.ipv6?.subnet) break;
    deleteLink(socket, current.bridge);
    current = moved;
  }
  setSysctl('net/ipv4/ip_forward', '1');
  setSysctl(`net/ipv4/conf/${current.bridge}/route_localnet`, '1');
  return current;
}

function ensureLink(socket: NetlinkSocket, network: NetworkRecord): LinkInfo {
  const name = network.bridge;
  try {
    // Locally administered, unicast.
    const macAddress = `02:42:${randomHex(4).replace(/..(?!$)/g, '$&:')}`;
    createBridge(socket, { name, macAddress, mtuBytes: bridgeOptions(network.options).mtuBytes });
    if (!isOwnBridge(name)) setLinkAlias(socket, findLink(socket, name)?.index ?? 0, markOf(network));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  const link = findLink(socket, name);
  if (link === undefined) throw new Error(`bridge ${name} vanished`);
  if (!isOurs(network, link)) throw foreignDevice(network);
  return link;
}

function foreignDevice({ name, bridge }: NetworkRecord): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'device-exists',
    message: `network ${name}: a device ${bridge} is there already, which is not its own`,
    hint: 'Name another one with -o com.docker.network.bridge.name=NAME.',
  });
}

/** Another subnet, if nobody has an address of this one, or named it. */
function moveSubnet(context: NetworkContext, network: NetworkRecord, family: IpFamily): NetworkRecord {
  const { networks, addresses } = context.records;
  return context.metadata.transaction(() => {
    const current = networks.get(network.name) ?? network;
    const inUse = !addresses.entries(`${network.id}/`).next().done;
    const pool = poolOf(current, family);
    if (inUse || pool === undefined || pool.given || pool.subnet !== poolOf(network, family)?.subnet)
      return current;
    const subnet = chooseSubnet(takenSubnets(context, family, current), family, globalId(context.root));
    const moved = withPool(current, { subnet: formatNetwork(subnet), gateway: gatewayOf(subnet) });
    networks.put(moved.name, moved);
    return moved;
  });
}

/** A bridge may be left from records that were wiped, or have lost its address: its name alone says little. */
function hasSubnets({ bridge, subnet, ipv6 }: NetworkRecord): boolean {
  const has = (routes: readonly HostRoute[], own: IpNetwork): boolean =>
    routes.some(
      ({ device, prefixLength, base }) =>
        device === bridge && prefixLength === own.prefixLength && base === own.base,
    );
  return (
    has(hostRoutes(), parseNetwork(subnet)) &&
    (ipv6 === undefined || has(hostRoutesV6(), parseNetwork(ipv6.subnet)))
  );
}

function mustGiveWay(network: NetworkRecord, family: IpFamily): boolean {
  return rivals(network, family).some(
    (device) => !/^(?:gantry0|gt|gb-)/.test(device) || network.bridge > device,
  );
}

/** Other devices with a route that overlaps. */
function rivals(network: NetworkRecord, family: IpFamily): readonly string[] {
  const pool = poolOf(network, family);
  if (pool === undefined) return [];
  const subnet = parseNetwork(pool.subnet);
  return (family === 4 ? hostRoutes() : hostRoutesV6())
    .filter(
      (route) => route.prefixLength > 0 && route.device !== network.bridge && networksOverlap(route, subnet),
    )
    .map((route) => route.device);
}
