import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, formatAddress, parseAddress } from '../../../src/base/ip-address.ts';

test('every address survives formatting and parsing', () => {
  const addresses = fc.oneof(
    fc.record({ family: fc.constant(4 as const), value: fc.bigInt(0n, 2n ** 32n - 1n) }),
    fc.record({ family: fc.constant(6 as const), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
  );
  fc.assert(
    fc.property(addresses, (address) => {
      expect(parseAddress(formatAddress(address))).toEqual(address);
    }),
  );
});

test('what is read as IPv6 is what others read as IPv6', () => {
  const near = fc.stringMatching(/^[0-9a-f:.]{1,24}$/).filter((text) => text.includes(':'));
  fc.assert(
    fc.property(fc.oneof(near, fc.ipV6()), (text) => (parseAddress(text) !== undefined) === isIPv6(text)),
    { numRuns: 2000 },
  );
});

test.each([
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['fe80::', 'fe80::'],
  ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
  ['::ffff:10.0.0.1', '::ffff:a00:1'],
])('%s is written %s', (text, plain) => expect(formatAddress(parseAddress(text)!)).toBe(plain));

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
  'fe80::1%eth0',
])('%j is no address', (text) => expect(parseAddress(text)).toBeUndefined());

test('bytes are in network order', () => {
  expect(addressBytes('10.0.0.1').toString('hex')).toBe('0a000001');
  expect(addressBytes('fd00::1').toString('hex')).toBe(`fd00${'0'.repeat(27)}1`);
});
