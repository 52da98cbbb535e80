import { isErrno } from '../system-error.ts';
import {
  attribute,
  cString,
  decodeAttributes,
  macBytes,
  nested,
  netlinkFlags,
  u32,
  u32Network,
} from './netlink-message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** Everything here speaks rtnetlink (rtnetlink(7)) on a `route` socket, in that socket's network namespace. */

export interface LinkInfo {
  readonly index: number;
  readonly up: boolean;
  readonly macAddress: string;
}

/** Undefined when there is no device of that name. */
export function findLink(socket: NetlinkSocket, name: string): LinkInfo | undefined {
  try {
    const [reply] = socket.request({
      what: `find link ${name}`,
      type: messages.getLink,
      parts: [linkHeader(), attribute(linkAttributes.name, cString(name))],
    });
    if (reply === undefined) return undefined;
    const address = decodeAttributes(reply.body, 16).get(linkAttributes.address) ?? Buffer.alloc(0);
    return {
      index: reply.body.readInt32LE(4),
      up: (reply.body.readUInt32LE(8) & interfaceUp) !== 0,
      macAddress: address.toString('hex').replace(/..(?!$)/g, '$&:'),
    };
  } catch (error) {
    if (isErrno(error, 'ENODEV')) return undefined;
    throw error;
  }
}

/** A bridge that is up. Its own MAC address keeps it from taking over that of a port. EEXIST when the name is taken. */
export function createBridge(socket: NetlinkSocket, name: string, macAddress: string): void {
  socket.request({
    what: `create bridge ${name}`,
    type: messages.newLink,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      linkHeader({ up: true }),
      attribute(linkAttributes.name, cString(name)),
      attribute(linkAttributes.address, macBytes(macAddress)),
      nested(linkAttributes.info, [attribute(infoAttributes.kind, cString('bridge'))]),
    ],
  });
}

/**
 * A veth pair: one end here, up and a port of the bridge, the other in the namespace that `peerNamespaceFd` means,
 * down (bringing the peer up in the same message fails with ENOTCONN).
 */
export function createVeth(
  socket: NetlinkSocket,
  pair: {
    readonly name: string;
    readonly bridgeIndex: number;
    readonly peerName: string;
    readonly peerMacAddress: string;
    readonly peerNamespaceFd: number;
  },
): void {
  const peer = [
    linkHeader(),
    attribute(linkAttributes.name, cString(pair.peerName)),
    attribute(linkAttributes.address, macBytes(pair.peerMacAddress)),
    attribute(linkAttributes.namespaceFd, u32(pair.peerNamespaceFd)),
  ];
  socket.request({
    what: `create veth ${pair.name}`,
    type: messages.newLink,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      linkHeader({ up: true }),
      attribute(linkAttributes.name, cString(pair.name)),
      attribute(linkAttributes.master, u32(pair.bridgeIndex)),
      nested(linkAttributes.info, [
        attribute(infoAttributes.kind, cString('veth')),
        nested(infoAttributes.data, [nested(vethPeer, peer)]),
      ]),
    ],
  });
}

export function setLinkUp(socket: NetlinkSocket, index: number): void {
  socket.request({
    what: `set link ${index} up`,
    type: messages.newLink,
    parts: [linkHeader({ index, up: true })],
  });
}

/** Lets a bridge send a packet back out of the port it came in by (`IFLA_BRPORT_MODE`). */
export function setHairpin(socket: NetlinkSocket, port: string): void {
  const index = findLink(socket, port)?.index;
  if (index === undefined) return;
  const header = linkHeader({ index });
  header[0] = bridgeFamily;
  socket.request({
    what: `set hairpin mode of ${port}`,
    type: messages.setLink,
    parts: [header, nested(linkAttributes.protocolInfo, [attribute(hairpinMode, Buffer.from([1]))])],
  });
}

/** A bridge goes at once; of a veth pair both ends go. Waits for the kernel (tens of milliseconds). Absent: fine. */
export function deleteLink(socket: NetlinkSocket, name: string): void {
  try {
    socket.request({
      what: `delete link ${name}`,
      type: messages.deleteLink,
      parts: [linkHeader(), attribute(linkAttributes.name, cString(name))],
    });
  } catch (error) {
    if (!isErrno(error, 'ENODEV')) throw error;
  }
}

/** Gives a device an IPv4 address, as an unsigned 32-bit number. Having it already is fine. */
export function addAddress(
  socket: NetlinkSocket,
  index: number,
  address: number,
  prefixLength: number,
): void {
  const broadcast = address | (2 ** (32 - prefixLength) - 1);
  const header = Buffer.from([inet, prefixLength, 0, 0]);
  socket.request({
    what: `add address to link ${index}`,
    type: messages.newAddress,
    flags: netlinkFlags.create | netlinkFlags.replace,
    parts: [
      header,
      u32(index),
      attribute(addressAttributes.local, u32Network(address)),
      attribute(addressAttributes.address, u32Network(address)),
      attribute(addressAttributes.broadcast, u32Network(broadcast)),
    ],
  });
}

/** The default route, through `gateway`. */
export function addDefaultRoute(socket: NetlinkSocket, index: number, gateway: number): void {
  const mainTable = 254;
  const bootProtocol = 3;
  const unicast = 1;
  socket.request({
    what: 'add default route',
    type: messages.newRoute,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      Buffer.from([inet, 0, 0, 0, mainTable, bootProtocol, 0, unicast, 0, 0, 0, 0]),
      attribute(routeAttributes.gateway, u32Network(gateway)),
      attribute(routeAttributes.outInterface, u32(index)),
    ],
  });
}

/** `struct ifinfomsg`. */
function linkHeader(link: { readonly index?: number; readonly up?: boolean } = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(link.index ?? 0, 4);
  if (link.up === true) {
    header.writeUInt32LE(interfaceUp, 8);
    header.writeUInt32LE(interfaceUp, 12);
  }
  return header;
}

const inet = 2;
const interfaceUp = 1;
const vethPeer = 1;
const bridgeFamily = 7;
const hairpinMode = 4;
const messages = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  newRoute: 24,
} as const;
const linkAttributes = {
  address: 1,
  name: 3,
  master: 10,
  protocolInfo: 12,
  info: 18,
  namespaceFd: 28,
} as const;
const infoAttributes = { kind: 1, data: 2 } as const;
const addressAttributes = { address: 1, local: 2, broadcast: 4 } as const;
const routeAttributes = { outInterface: 4, gateway: 5 } as const;
