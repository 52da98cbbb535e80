import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatIpv4,
  formatSubnet,
  networksOverlap,
  parseIpv4,
  parseSubnet,
} from '../../../../src/core/network/ipv4.ts';

test('every address survives formatting and parsing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (address) => parseIpv4(formatIpv4(address)) === address,
    ),
  );
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.-4',
  '1.2.3.4 ',
  'a.b.c.d',
  '0x1.2.3.4',
])('%j is no address', (text) => expect(parseIpv4(text)).toBeUndefined());

test.each(['10.0.0.0', '10.0.0.0/7', '10.0.0.0/31', '10.0.0.1/24', '10.0.0.0/24/1', '10.0.0.0/x', 'x/24'])(
  '%j is refused as a subnet',
  (text) => expect(() => parseSubnet(text)).toThrow(expect.objectContaining({ code: 'bad-subnet' })),
);

test('a subnet is written as it was read', () => {
  expect(formatSubnet(parseSubnet('172.30.16.0/20'))).toBe('172.30.16.0/20');
});

test('networks overlap when one holds an address of the other, whichever is larger', () => {
  const [large, inside, beside] = ['10.0.0.0/8', '10.88.0.0/16', '11.0.0.0/8'].map(parseSubnet);
  expect(networksOverlap(large!, inside!)).toBe(true);
  expect(networksOverlap(inside!, large!)).toBe(true);
  expect(networksOverlap(large!, beside!)).toBe(false);
});
