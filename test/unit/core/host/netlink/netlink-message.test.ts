import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attribute,
  cString,
  decodeAttributes,
  decodeReplies,
  netlinkFlags,
  netlinkMessage,
  u16Network,
  u32,
} from '../../../../../src/core/host/netlink/netlink-message.ts';

test('a message has its length, type, flags and sequence in front', () => {
  const bytes = netlinkMessage(16, netlinkFlags.ack, 7, [u32(1)]);
  expect(bytes.toString('hex')).toBe('14000000100005000700000000000000' + '01000000');
});

test('attributes are padded to four bytes, and their length is without the padding', () => {
  expect(attribute(3, cString('lo')).toString('hex')).toBe('07000300' + '6c6f0000');
  expect(attribute(1, u16Network(80)).toString('hex')).toBe('06000100' + '00500000');
});

test('an error reply carries a positive errno, an acknowledgement none', () => {
  const failure = netlinkMessage(2, 0, 1, [Buffer.from([0xfe, 0xff, 0xff, 0xff]), Buffer.alloc(16)]);
  const success = netlinkMessage(2, 0, 2, [Buffer.alloc(20)]);
  const replies = decodeReplies(Buffer.concat([failure, success]));
  expect(replies.map(({ isAck, errno, sequence }) => ({ isAck, errno, sequence }))).toEqual([
    { isAck: true, errno: 2, sequence: 1 },
    { isAck: true, errno: 0, sequence: 2 },
  ]);
});

test('what was encoded is decoded', () => {
  const values = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 1, max: 0x3fff }), fc.uint8Array({ maxLength: 40 })),
    { selector: ([type]) => type },
  );
  fc.assert(
    fc.property(values, (list) => {
      const body = Buffer.concat(list.map(([type, payload]) => attribute(type, payload)));
      const decoded = decodeAttributes(body, 0);
      return list.every(([type, payload]) => decoded.get(type)?.equals(payload));
    }),
  );
});

test('hostile lengths end the walk instead of running past the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeReplies(Buffer.from(bytes));
      decodeAttributes(Buffer.from(bytes), 0);
    }),
  );
});
