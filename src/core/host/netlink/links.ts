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
  /** What whoever made it says of it (`ip link set DEVICE alias TEXT`); empty: nothing. */
  readonly alias: string;
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
    const attributes = decodeAttributes(reply.body, 16);
    const address = attributes.get(linkAttributes.address) ?? Buffer.alloc(0);
    return {
      index: reply.body.readInt32LE(4),
      up: (reply.body.readUInt32LE(8) & interfaceUp) !== 0,
      macAddress: address.toString('hex').replace(/..(?!$)/g, '$&:'),
      alias: attributes.get(linkAttributes.alias)?.toString().replace(/\0.*$/s, '') ?? '',
    };
  } catch (error) {
    if (isErrno(error, 'ENODEV')) return undefined;
    throw error;
  }
}

/** A bridge that is up. Its own MAC address keeps it from taking over that of a port. EEXIST when the name is taken. */
export function createBridge(
  socket: NetlinkSocket,
  {
    name,
    macAddress,
    mtuBytes,
  }: { readonly name: string; readonly macAddress: string; readonly mtuBytes: number | undefined },
): void {
  socket.request({
    what: `create bridge ${name}`,
    type: messages.newLink,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      linkHeader({ up: true }),
      attribute(linkAttributes.name, cString(name)),
      attribute(linkAttributes.address, macBytes(macAddress)),
      ...mtuAttribute(mtuBytes),
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
    /** Of both ends; undefined: 1500. */
    readonly mtuBytes: number | undefined;
  },
): void {
  const peer = [
    linkHeader(),
    attribute(linkAttributes.name, cString(pair.peerName)),
    attribute(linkAttributes.address, macBytes(pair.peerMacAddress)),
    attribute(linkAttributes.namespaceFd, u32(pair.peerNamespaceFd)),
    ...mtuAttribute(pair.mtuBytes),
  ];
  socket.request({
    what: `create veth ${pair.name}`,
    type: messages.newLink,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      linkHeader({ up: true }),
      attribute(linkAttributes.name, cString(pair.name)),
      attribute(linkAttributes.master, u32(pair.bridgeIndex)),
      ...mtuAttribute(pair.mtuBytes),
      nested(linkAttributes.info, [
        attribute(infoAttributes.kind, cString('veth')),
        nested(infoAttributes.data, [nested(vethPeer, peer)]),
      ]),
    ],
  });
}

/** Says something of a device, for whoever finds it. */
export function setLinkAlias(socket: NetlinkSocket, index: number, alias: string): void {
  socket.request({
    what: `set alias of link ${index}`,
    type: messages.setLink,
    parts: [linkHeader({ index }), attribute(linkAttributes.alias, Buffer.from(alias))],
  });
}

export function setLinkUp(socket: NetlinkSocket, index: number): void {
  socket.request({
    what: `set link ${index} up`,
    type: messages.newLink,
    parts: [linkHeader({ index, up: true })],
  });
}

/**
 * Settings of a bridge's port: `hairpin` sends a packet back out of the port it came in by (`IFLA_BRPORT_MODE`);
 * an `isolated` port exchanges packets with the host alone, not with other isolated ones (`IFLA_BRPORT_ISOLATED`).
 */
export function setPort(
  socket: NetlinkSocket,
  port: string,
  settings: { readonly hairpin: boolean; readonly isolated: boolean },
): void {
  const index = findLink(socket, port)?.index;
  if (index === undefined) return;
  const header = linkHeader({ index });
  header[0] = bridgeFamily;
  socket.request({
    what: `set up bridge port ${port}`,
    type: messages.setLink,
    parts: [
      header,
      nested(linkAttributes.protocolInfo, [
        ...(settings.hairpin ? [attribute(portAttributes.hairpin, Buffer.from([1]))] : []),
        ...(settings.isolated ? [attribute(portAttributes.isolated, Buffer.from([1]))] : []),
      ]),
    ],
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

/**
 * Gives a device an address, as 4 or 16 bytes. Having it already is fine. An IPv6 one can be used at once: whoever calls
 * knows that nobody else has it, so the kernel does not ask around first (`IFA_F_NODAD`).
 */
export function addAddress(
  socket: NetlinkSocket,
  index: number,
  address: Uint8Array,
  prefixLength: number,
): void {
  const isV4 = address.length === 4;
  socket.request({
    what: `add address to link ${index}`,
    type: messages.newAddress,
    flags: netlinkFlags.create | netlinkFlags.replace,
    parts: [
      Buffer.from([familyOf(address), prefixLength, isV4 ? 0 : noDuplicateDetection, 0]),
      u32(index),
      attribute(addressAttributes.local, address),
      attribute(addressAttributes.address, address),
      ...(isV4 ? [attribute(addressAttributes.broadcast, broadcastOf(address, prefixLength))] : []),
    ],
  });
}

/** The default route of a family, through `gateway`. */
export function addDefaultRoute(socket: NetlinkSocket, index: number, gateway: Uint8Array): void {
  socket.request({
    what: 'add default route',
    type: messages.newRoute,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    parts: [
      routeHeader(familyOf(gateway), 0, mainTable, unicast),
      attribute(routeAttributes.gateway, gateway),
      attribute(routeAttributes.outInterface, u32(index)),
    ],
  });
}

/** Lets packets to this very host come in by a device, to an address that is not the device's. There already: fine. */
export function addLocalRoute(socket: NetlinkSocket, index: number, address: Uint8Array): void {
  try {
    socket.request({
      what: `add local route to link ${index}`,
      type: messages.newRoute,
      flags: netlinkFlags.create,
      parts: [
        routeHeader(familyOf(address), address.length * 8, localTable, localType),
        attribute(routeAttributes.destination, address),
        attribute(routeAttributes.outInterface, u32(index)),
      ],
    });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

/** `struct rtmsg`. */
function routeHeader(family: number, prefixLength: number, table: number, type: number): Buffer {
  const bootProtocol = 3;
  return Buffer.from([family, prefixLength, 0, 0, table, bootProtocol, 0, type, 0, 0, 0, 0]);
}

function familyOf(address: Uint8Array): number {
  return address.length === 4 ? inet : inet6;
}

function broadcastOf(address: Uint8Array, prefixLength: number): Buffer {
  return u32Network(Buffer.from(address).readUInt32BE(0) | (2 ** (32 - prefixLength) - 1));
}

function mtuAttribute(mtuBytes: number | undefined): readonly Buffer[] {
  return mtuBytes === undefined ? [] : [attribute(linkAttributes.mtu, u32(mtuBytes))];
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
const inet6 = 10;
const noDuplicateDetection = 2;
const mainTable = 254;
const localTable = 255;
const unicast = 1;
const localType = 2;
const interfaceUp = 1;
const vethPeer = 1;
const bridgeFamily = 7;
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
  mtu: 4,
  master: 10,
  protocolInfo: 12,
  info: 18,
  alias: 20,
  namespaceFd: 28,
} as const;
const portAttributes = { hairpin: 4, isolated: 33 } as const;
const infoAttributes = { kind: 1, data: 2 } as const;
const addressAttributes = { address: 1, local: 2, broadcast: 4 } as const;
const routeAttributes = { destination: 1, outInterface: 4, gateway: 5 } as const;
