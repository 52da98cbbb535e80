import { readFileSync, writeFileSync } from 'node:fs';
import { hostRoutes } from '../host/netlink/host-routes.ts';
import { addAddress, createBridge, deleteLink, findLink, type LinkInfo } from '../host/netlink/links.ts';
import { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { randomHex } from '../host/random-hex.ts';
import { isErrno } from '../host/system-error.ts';
import { chooseSubnet, gatewayOf } from './choose-subnet.ts';
import { takenSubnets } from './find-network.ts';
import { ensureFirewall, reloadFirewall } from './firewall.ts';
import { acceptForwarding } from './forward-accept.ts';
import { formatSubnet, networksOverlap, parseIpv4, parseSubnet } from './ipv4.ts';
import type { NetworkContext } from './network-context.ts';
import type { NetworkRecord } from './network-record.ts';

/**
 * Makes a network work: its bridge, the rules, forwarding. Two questions to the kernel when all of it is there.
 * Returns the record, whose subnet is another than before when the old one has come to meet the host's routes.
 */
export async function bringUp(context: NetworkContext, network: NetworkRecord): Promise<NetworkRecord> {
  using socket = new NetlinkSocket('route');
  let current = network;
  if (findLink(socket, network.bridge) === undefined || !hasSubnet(network)) {
    current = makeBridge(context, socket, network);
    // The rules name bridges, and the subnet may be new.
    await reloadFirewall(context);
  } else {
    await ensureFirewall(context);
  }
  await acceptForwarding(current.bridge);
  return current;
}

/** Takes down what `bringUp` made, but for the rules. Absent: fine. */
export function takeDown(network: NetworkRecord): void {
  using socket = new NetlinkSocket('route');
  deleteLink(socket, network.bridge);
}

function makeBridge(context: NetworkContext, socket: NetlinkSocket, network: NetworkRecord): NetworkRecord {
  let current = meetsRoutes(network) ? moveSubnet(context, network) : network;
  for (let attempt = 0; ; attempt += 1) {
    const link = ensureLink(socket, current.bridge);
    addAddress(socket, link.index, parseIpv4(current.gateway) ?? 0, parseSubnet(current.subnet).prefixLength);
    // Another engine may have chosen the same subnet in this very moment: one of the two gives way.
    if (attempt >= 5 || !mustGiveWay(current)) break;
    const moved = moveSubnet(context, current);
    if (moved.subnet === current.subnet) break;
    deleteLink(socket, current.bridge);
    current = moved;
  }
  setSysctl('net/ipv4/ip_forward');
  setSysctl(`net/ipv4/conf/${current.bridge}/route_localnet`);
  return current;
}

function ensureLink(socket: NetlinkSocket, name: string): LinkInfo {
  try {
    // Locally administered, unicast.
    createBridge(socket, name, `02:42:${randomHex(4).replace(/..(?!$)/g, '$&:')}`);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  const link = findLink(socket, name);
  if (link === undefined) throw new Error(`bridge ${name} vanished`);
  return link;
}

/** Another subnet, if nobody has an address of this one. */
function moveSubnet(context: NetworkContext, network: NetworkRecord): NetworkRecord {
  const { networks, addresses } = context.records;
  return context.metadata.transaction(() => {
    const current = networks.get(network.name) ?? network;
    const inUse = !addresses.entries(`${network.id}/`).next().done;
    if (inUse || current.subnet !== network.subnet) return current;
    const subnet = chooseSubnet(takenSubnets(context, current));
    const moved = { ...current, subnet: formatSubnet(subnet), gateway: gatewayOf(subnet), nextAddress: 0 };
    networks.put(moved.name, moved);
    return moved;
  });
}

/** A bridge may be left from records that were wiped, or have lost its address: its name alone says little. */
function hasSubnet(network: NetworkRecord): boolean {
  const subnet = parseSubnet(network.subnet);
  return hostRoutes().some(
    ({ device, prefixLength, base }) =>
      device === network.bridge && prefixLength === subnet.prefixLength && base === subnet.base,
  );
}

function meetsRoutes(network: NetworkRecord): boolean {
  return rivals(network).length > 0;
}

function mustGiveWay(network: NetworkRecord): boolean {
  return rivals(network).some((device) => !/^(?:gantry0|gt|gb-)/.test(device) || network.bridge > device);
}

/** Other devices with a route that overlaps. */
function rivals(network: NetworkRecord): readonly string[] {
  const subnet = parseSubnet(network.subnet);
  return hostRoutes()
    .filter(
      (route) => route.prefixLength > 0 && route.device !== network.bridge && networksOverlap(route, subnet),
    )
    .map((route) => route.device);
}

/** Switches a kernel setting of the network on, if it is off. */
function setSysctl(name: string): void {
  const path = `/proc/sys/${name}`;
  if (readFileSync(path, 'latin1').trim() !== '1') writeFileSync(path, '1');
}
