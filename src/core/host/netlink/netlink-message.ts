/**
 * Bytes of netlink messages (netlink(7), rtnetlink(7)): pure encoding and decoding, no sockets. Numbers are in host
 * order, which is little-endian on every machine gantry runs on (x86-64, arm64); network order is said in the name.
 */

/** Flags of a request (netlink(7)). `exclusive` with `create` fails with EEXIST; `dump` asks for all there are. */
export const netlinkFlags = {
  request: 0x1,
  ack: 0x4,
  replace: 0x100,
  exclusive: 0x200,
  dump: 0x300,
  create: 0x400,
} as const;

const errorType = 2;
const doneType = 3;
const headerBytes = 16;
const nestedFlag = 0x8000;

export interface NetlinkReply {
  readonly type: number;
  readonly sequence: number;
  /** 0 for data and plain acknowledgements, else a positive errno. */
  readonly errno: number;
  readonly isAck: boolean;
  readonly body: Buffer;
}

/** A message with its header; `flags` always get REQUEST. */
export function netlinkMessage(
  type: number,
  flags: number,
  sequence: number,
  parts: readonly Uint8Array[],
): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, headerBytes);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags | netlinkFlags.request, 6);
  header.writeUInt32LE(sequence, 8);
  return padded(Buffer.concat([header, ...parts], length));
}

/** One attribute (`struct rtattr`), padded to four bytes. */
export function attribute(type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(payload.length + 4, 0);
  header.writeUInt16LE(type, 2);
  return padded(Buffer.concat([header, payload]));
}

/** An attribute made of attributes. */
export function nested(type: number, attributes: readonly Uint8Array[]): Buffer {
  return attribute(type | nestedFlag, Buffer.concat(attributes));
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** In network order, as addresses and everything of netfilter are. */
export function u32Network(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function u16Network(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** A string with the NUL the kernel wants. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** `02:42:ac:11:00:02` as six bytes. */
export function macBytes(address: string): Buffer {
  return Buffer.from(address.replaceAll(':', ''), 'hex');
}

/** The messages of one datagram. A truncated tail ends the walk. */
export function decodeReplies(datagram: Buffer): readonly NetlinkReply[] {
  const replies: NetlinkReply[] = [];
  let at = 0;
  while (at + headerBytes <= datagram.length) {
    const length = datagram.readUInt32LE(at);
    if (length < headerBytes || at + length > datagram.length) break;
    const type = datagram.readUInt16LE(at + 4);
    const body = datagram.subarray(at + headerBytes, at + length);
    const isAck = type === errorType || type === doneType;
    replies.push({
      type,
      sequence: datagram.readUInt32LE(at + 8),
      errno: isAck && body.length >= 4 ? 0 - body.readInt32LE(0) : 0,
      isAck,
      body,
    });
    at += align(length);
  }
  return replies;
}

/** Attributes by type, from `offset` of a body (behind its fixed part). Nested ones stay bytes. */
export function decodeAttributes(body: Buffer, offset: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = offset;
  while (at + 4 <= body.length) {
    const length = body.readUInt16LE(at);
    if (length < 4 || at + length > body.length) break;
    found.set(body.readUInt16LE(at + 2) & 0x3fff, body.subarray(at + 4, at + length));
    at += align(length);
  }
  return found;
}

function padded(bytes: Buffer): Buffer {
  const rest = align(bytes.length) - bytes.length;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
