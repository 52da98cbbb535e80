import { readdirSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { addressBytes } from '../../base/ip-address.ts';
import { parseNetwork } from '../../base/ip-network.ts';
import { addAddress, addLocalRoute } from '../host/netlink/links.ts';
import type { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { readSysctl, setSysctl } from '../host/sysctl.ts';
import type { NetworkRecord } from './network-record.ts';

/**
 * The IPv6 side of a bridge that was just made: its address, forwarding, and the way in for answers to ::1. Without an
 * IPv6 pool the bridge has no IPv6 at all. A container must not be the router of its host: no bridge listens to
 * advertisements. Throws `unsupported` / `no-ipv6`.
 */
export function bringUpV6(
  socket: NetlinkSocket,
  { name, bridge, ipv6 }: NetworkRecord,
  linkIndex: number,
): void {
  const setting = `net/ipv6/conf/${bridge}`;
  setSysctl(`${setting}/accept_ra`, '0');
  if (ipv6 === undefined) {
    setSysctl(`${setting}/disable_ipv6`, '1');
    return;
  }
  requireIpv6(name);
  setSysctl(`${setting}/disable_ipv6`, '0');
  addAddress(socket, linkIndex, addressBytes(ipv6.gateway), parseNetwork(ipv6.subnet).prefixLength);
  addLocalRoute(socket, linkIndex, addressBytes('::1'));
  forwardPackets();
}

/** Throws `unsupported` / `no-ipv6` on a host whose kernel has none. */
export function requireIpv6(network: string): void {
  if (readSysctl('net/ipv6/conf/all/forwarding') !== undefined) return;
  throw new GantryError({
    kind: 'unsupported',
    code: 'no-ipv6',
    message: `network ${network} cannot have IPv6: the kernel of this host has none`,
    hint: 'Start the host without ipv6.disable=1, or make the network without --ipv6.',
  });
}

/**
 * A host that forwards no longer listens to its routers, unless told to: those of its devices that do now go on, or the
 * host itself would lose its way out.
 */
function forwardPackets(): void {
  if (readSysctl('net/ipv6/conf/all/forwarding') === '1') return;
  for (const device of readdirSync('/proc/sys/net/ipv6/conf')) {
    const path = `net/ipv6/conf/${device}/accept_ra`;
    if (!['all', 'lo'].includes(device) && readSysctl(path) === '1') setSysctl(path, '2');
  }
  setSysctl('net/ipv6/conf/all/forwarding', '1');
}
