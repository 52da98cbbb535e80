import { isErrno } from '../system-error.ts';
import { attribute, decodeAttributes, nested, netlinkFlags, netlinkMessage } from './netlink-message.ts';
import { NetlinkSocket } from './netlink-socket.ts';

/** One direction of a flow the kernel keeps track of. */
export interface FlowSide {
  /** Bytes of the addresses. */
  readonly source: Buffer;
  readonly destination: Buffer;
  readonly destinationPort: number;
}

/** A flow as it came in, and what its answers are expected to be: the other way round, but for translation. */
export interface Flow {
  readonly original: FlowSide;
  readonly reply: FlowSide;
}

/**
 * Has the kernel forget UDP flows of a family: their next packet meets the rules as they are now. Translation is
 * settled with a flow's first packet, and a flow of UDP ends only when it is silent for long. Where the kernel tells
 * nothing of its flows, nothing is done.
 */
export function forgetUdpFlows(family: 4 | 6, isMeant: (flow: Flow) => boolean): void {
  const header = Buffer.from([family === 4 ? 2 : 10, 0, 0, 0]);
  using socket = new NetlinkSocket('netfilter');
  try {
    const all = socket.exchange('list flows', [netlinkMessage(messages.get, netlinkFlags.dump, 1, [header])]);
    for (const { isAck, body } of all) {
      const attributes = isAck ? undefined : decodeAttributes(body, header.length);
      const original = attributes?.get(flowAttributes.original);
      const flow = attributes && udpFlow(attributes, family);
      if (original === undefined || flow === undefined || !isMeant(flow)) continue;
      forget(socket, [header, nested(flowAttributes.original, [original]), ...zoneOf(attributes)]);
    }
  } catch (error) {
    if (!isErrno(error, 'EINVAL', 'EOPNOTSUPP', 'EPERM', 'EPROTONOSUPPORT')) throw error;
  }
}

function forget(socket: NetlinkSocket, parts: readonly Uint8Array[]): void {
  try {
    socket.request({ what: 'forget a flow', type: messages.delete, parts });
  } catch (error) {
    // It has ended meanwhile.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function udpFlow(attributes: ReadonlyMap<number, Buffer>, family: 4 | 6): Flow | undefined {
  const original = side(attributes.get(flowAttributes.original), family);
  const reply = side(attributes.get(flowAttributes.reply), family);
  return original === undefined || reply === undefined ? undefined : { original, reply };
}

function side(tuple: Buffer | undefined, family: 4 | 6): FlowSide | undefined {
  if (tuple === undefined) return undefined;
  const parts = decodeAttributes(tuple, 0);
  const addresses = decodeAttributes(parts.get(tupleAttributes.addresses) ?? Buffer.alloc(0), 0);
  const protocol = decodeAttributes(parts.get(tupleAttributes.protocol) ?? Buffer.alloc(0), 0);
  const source = addresses.get(family === 4 ? 1 : 3);
  const destination = addresses.get(family === 4 ? 2 : 4);
  const port = protocol.get(protocolAttributes.destinationPort);
  if (protocol.get(protocolAttributes.number)?.[0] !== udp) return undefined;
  if (source === undefined || destination === undefined || port === undefined) return undefined;
  return { source, destination, destinationPort: port.readUInt16BE(0) };
}

function zoneOf(attributes: ReadonlyMap<number, Buffer> | undefined): readonly Buffer[] {
  const zone = attributes?.get(flowAttributes.zone);
  return zone === undefined ? [] : [attribute(flowAttributes.zone, zone)];
}

const udp = 17;
/** `NFNL_SUBSYS_CTNETLINK`, and `enum cntl_msg_types` of linux/netfilter/nfnetlink_conntrack.h. */
const messages = { get: 0x101, delete: 0x102 } as const;
/** `enum ctattr_type`, `ctattr_tuple` and `ctattr_l4proto`. */
const flowAttributes = { original: 1, reply: 2, zone: 18 } as const;
const tupleAttributes = { addresses: 1, protocol: 2 } as const;
const protocolAttributes = { number: 1, destinationPort: 3 } as const;
