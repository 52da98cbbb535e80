import { expect, test } from 'vitest';
import { parsePools } from '../../../../../src/app/commands/network/parse-pools.ts';

const none = { subnet: [], ipRange: [], gateway: [], auxAddress: [] };

test('each address goes to the subnet that holds it, in whatever order they come', () => {
  expect(
    parsePools({
      subnet: ['10.50.0.0/24', 'fd50::/64'],
      gateway: ['fd50::9', '10.50.0.3'],
      ipRange: ['fd50::100/120'],
      auxAddress: ['a=10.50.0.5', 'b=fd50::5', 'c=10.50.0.6'],
    }),
  ).toEqual([
    { subnet: '10.50.0.0/24', gateway: '10.50.0.3', reserved: { a: '10.50.0.5', c: '10.50.0.6' } },
    { subnet: 'fd50::/64', gateway: 'fd50::9', range: 'fd50::100/120', reserved: { b: 'fd50::5' } },
  ]);
  expect(parsePools(none)).toEqual([]);
});

test.each([
  [{ gateway: ['10.1.1.1'] }, 'every ip-range or gateway must have a corresponding subnet'],
  [{ subnet: ['10.60.0.0/24'], gateway: ['10.61.0.1'] }, 'no matching subnet for gateway 10.61.0.1'],
  [{ subnet: ['10.60.0.0/24'], ipRange: ['10.61.0.0/25'] }, 'no matching subnet for range 10.61.0.0/25'],
  [{ subnet: ['10.60.0.0/24'], auxAddress: ['x=10.70.0.1'] }, 'no matching subnet for aux-address 10.70.0.1'],
  [{ subnet: ['10.0.0.0/8', '10.1.0.0/16'] }, 'multiple overlapping subnet configuration is not supported'],
  [
    { subnet: ['10.1.0.0/16', 'fd00::/64'], gateway: ['10.1.0.1', '10.1.0.2'] },
    'cannot configure multiple gateways (10.1.0.2, 10.1.0.1) for the same subnet (10.1.0.0/16)',
  ],
  [
    { subnet: ['10.1.0.0/16', 'fd00::/64'], ipRange: ['10.1.1.0/24', '10.1.2.0/24'] },
    'cannot configure multiple ranges (10.1.2.0/24, 10.1.1.0/24) on the same subnet (10.1.0.0/16)',
  ],
  [{ subnet: ['10.1.0.0/16'], gateway: ['router'] }, 'invalid address: router'],
])('what fits no subnet is refused in words of Docker: %j', (words, message) => {
  expect(() => parsePools({ ...none, ...words })).toThrow(message);
});
