import { closeSync, openSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { hostRoutes } from '../host/netlink/host-routes.ts';
import {
  addAddress,
  addDefaultRoute,
  createVeth,
  deleteLink,
  findLink,
  setHairpin,
  setLinkUp,
} from '../host/netlink/links.ts';
import { NetlinkSocket } from '../host/netlink/netlink-socket.ts';
import { withNetworkNamespace } from '../host/network-namespace.ts';
import { parseIpv4 } from './ipv4.ts';
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
    });
    // So that a container reaches its own published port.
    if (endpoint.ports.length > 0) setHairpin(socket, endpoint.hostInterface);
  } finally {
    closeSync(namespaceFd);
  }
  withNetworkNamespace(netnsPath, () => configureInside(endpoint));
}

/** Brings loopback up in a namespace that has nothing else. */
export function loopbackOnly(netnsPath: string): void {
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
  addAddress(socket, device.index, parseIpv4(endpoint.address) ?? 0, endpoint.prefixLength);
  setLinkUp(socket, device.index);
  // The first network is the way out.
  if (!hasDefaultRoute()) addDefaultRoute(socket, device.index, parseIpv4(endpoint.gateway) ?? 0);
}

/** Of the network namespace the calling thread is in. */
function hasDefaultRoute(): boolean {
  return hostRoutes().some(({ prefixLength, base }) => prefixLength === 0 && base === 0);
}

/** Pulls the cable of a container that runs. `heir`: its network that becomes the way out where none is left. */
export function unplug(endpoint: Endpoint, netnsPath: string, heir: Endpoint | undefined): void {
  using socket = new NetlinkSocket('route');
  deleteLink(socket, endpoint.hostInterface);
  if (heir === undefined) return;
  withNetworkNamespace(netnsPath, () => {
    if (hasDefaultRoute()) return;
    using inside = new NetlinkSocket('route');
    const device = findLink(inside, heir.device);
    if (device !== undefined) addDefaultRoute(inside, device.index, parseIpv4(heir.gateway) ?? 0);
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
