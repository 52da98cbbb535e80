import { expect, test } from 'vitest';
import {
  formatNetwork,
  lastAddress,
  networkHolds,
  networksOverlap,
  parseNetwork,
} from '../../../src/base/ip-network.ts';

test.each([
  '10.0.0.0',
  '10.0.0.0/33',
  '10.0.0.1/24',
  '10.0.0.0/24/1',
  '10.0.0.0/x',
  'x/24',
  'fd00::/129',
  'fd00::1/64',
  '/64',
])('%j is refused as a network', (text) =>
  expect(() => parseNetwork(text)).toThrow(expect.objectContaining({ code: 'bad-subnet' })),
);

test('the refusal of host bits says what was meant', () => {
  expect(() => parseNetwork('10.0.0.7/24')).toThrow('it should be 10.0.0.0/24');
  expect(() => parseNetwork('fd00::7/64')).toThrow('it should be fd00::/64');
});

test('a network is written as it was read', () => {
  for (const text of ['172.30.16.0/20', 'fd00:1::/64', '::/0'])
    expect(formatNetwork(parseNetwork(text))).toBe(text);
});

test('networks overlap when one holds an address of the other, whichever is larger', () => {
  const [large, inside, beside] = ['10.0.0.0/8', '10.88.0.0/16', '11.0.0.0/8'].map(parseNetwork);
  expect(networksOverlap(large!, inside!)).toBe(true);
  expect(networksOverlap(inside!, large!)).toBe(true);
  expect(networksOverlap(large!, beside!)).toBe(false);
});

test('families never overlap, and hold none of each other’s addresses', () => {
  const [v4, v6] = ['0.0.0.0/0', '::/0'].map(parseNetwork);
  expect(networksOverlap(v4!, v6!)).toBe(false);
  expect(networkHolds(v6!, { family: 4, value: 1n })).toBe(false);
  expect(networkHolds(v6!, { family: 6, value: lastAddress(v6!) })).toBe(true);
});
