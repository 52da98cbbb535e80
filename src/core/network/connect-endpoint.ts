import { closeSync, openSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { addressBytes } from '../../base/ip-address.ts';
import { hostRoutes, hostRoutesV6 } from '../host/netlink/host-routes.ts';
import {
  addAddress,
  addDefaultRoute,
  createVeth,
  deleteLink,
  findLink,
  setLinkUp,
  setPort,
} from '../host/netlink/links.ts';
import { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { withNetworkNamespace } from '../host/network-namespace.ts';
import { readSysctl, setSysctl } from '../host/sysctl.ts';
import { inUserNamespace } from '../host/user-namespace.ts';
import type { Endpoint } from './networking.ts';

const loopbackIndex = 1;

/** The cable: a veth pair from the bridge into the namespace, with address, default route and loopback. Synchronous. */
export function plugIn(endpoint: Endpoint, netnsPath: string): void {
  const namespaceFd = openSync(netnsPath, 'r');
  try {
    using socket = new NetlinkSocket('route');
    const bridge = findLink(socket, endpoint.bridge);
    if (bridge === undefined) throw noBridge(endpoint);
    createVeth(socket, {
      name: endpoint.hostInterface,
      bridgeIndex: bridge.index,
      peerName: endpoint.device,
      peerMacAddress: endpoint.macAddress,
      peerNamespaceFd: namespaceFd,
      mtuBytes: endpoint.mtuBytes,
    });
    // So that a container reaches its own published port.
    const hairpin = endpoint.ports.length > 0;
    const isolated = endpoint.isolated === true && !rulesSeeBridge(endpoint);
    if (hairpin || isolated) setPort(socket, endpoint.hostInterface, { hairpin, isolated });
  } finally {
    closeSync(namespaceFd);
  }
  withNetworkNamespace(netnsPath, () => configureInside(endpoint));
}

/** Lets a container on its cable reach the ports that are published of it. */
export function reachItself({ hostInterface }: Endpoint): void {
  using socket = new NetlinkSocket('route');
  setPort(socket, hostInterface, { hairpin: true, isolated: false });
}

/**
 * Whether packets from port to port of a bridge pass the rules (br_netfilter), which let published ports through. Then
 * the rules do what isolated ports do elsewhere; with those as well, published ports would be lost.
 */
function rulesSeeBridge({ ipv6 }: Endpoint): boolean {
  const families = ipv6 === undefined ? ['ip'] : ['ip', 'ip6'];
  return families.every((family) => readSysctl(`net/bridge/bridge-nf-call-${family}tables`) === '1');
}

/**
 * What brings loopback up in a namespace that has nothing else. Undefined in a user namespace, where a thread that goes
 * into such a namespace may not come back to the machine's: the runtime does it there.
 */
export function loopbackOnly(): ((netnsPath: string) => Promise<void>) | undefined {
  if (inUserNamespace()) return undefined;
  return async (netnsPath) =>
    withNetworkNamespace(netnsPath, () => {
      using socket = new NetlinkSocket('route');
      setLinkUp(socket, loopbackIndex);
    });
}

function configureInside(endpoint: Endpoint): void {
  using socket = new NetlinkSocket('route');
  setLinkUp(socket, loopbackIndex);
  const device = findLink(socket, endpoint.device);
  if (device === undefined) throw noBridge(endpoint);
  const { address, prefixLength, ipv6 } = endpoint;
  const setting = `net/ipv6/conf/${endpoint.device}`;
  addAddress(socket, device.index, addressBytes(address), prefixLength);
  if (ipv6 === undefined) {
    // Or it would have a link-local address, and neighbours that no rule watches.
    setSysctl(`${setting}/disable_ipv6`, '1');
  } else {
    setSysctl(`${setting}/disable_ipv6`, '0');
    // Its way out is the bridge, whatever neighbours advertise.
    setSysctl(`${setting}/accept_ra`, '0');
    addAddress(socket, device.index, addressBytes(ipv6.address), ipv6.prefixLength);
  }
  setLinkUp(socket, device.index);
  addWaysOut(socket, device.index, endpoint);
}

/** The first network of each family is the way out. Of the network namespace the calling thread is in. */
function addWaysOut(socket: NetlinkSocket, index: number, { gateway, ipv6, internal }: Endpoint): void {
  if (internal) return;
  if (!hostRoutes().some(({ prefixLength, base }) => prefixLength === 0 && base === 0n)) {
    addDefaultRoute(socket, index, addressBytes(gateway));
  }
  if (ipv6 !== undefined && !hostRoutesV6().some(({ prefixLength }) => prefixLength === 0)) {
    addDefaultRoute(socket, index, addressBytes(ipv6.gateway));
  }
}

/** Pulls the cable of a container that runs. `heir`: its network that becomes the way out where none is left. */
export function unplug(endpoint: Endpoint, netnsPath: string, heir: Endpoint | undefined): void {
  using socket = new NetlinkSocket('route');
  deleteLink(socket, endpoint.hostInterface);
  if (heir === undefined) return;
  withNetworkNamespace(netnsPath, () => {
    using inside = new NetlinkSocket('route');
    const device = findLink(inside, heir.device);
    if (device !== undefined) addWaysOut(inside, device.index, heir);
  });
}

function noBridge(endpoint: Endpoint): GantryError {
  return new GantryError({
    kind: 'io',
    code: 'network-gone',
    message: `network ${endpoint.name}: its device ${endpoint.bridge} was removed meanwhile`,
    hint: 'Start the container again: the device is made anew.',
  });
}
