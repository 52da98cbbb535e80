import { expect, test } from 'vitest';
import { formatNetwork, parseNetwork } from '../../../../src/base/ip-network.ts';
import { chooseSubnet, gatewayOf } from '../../../../src/core/network/choose-subnet.ts';

test('the first free pool of Docker is taken', () => {
  expect(formatNetwork(chooseSubnet([]))).toBe('172.17.0.0/16');
  expect(formatNetwork(chooseSubnet([parseNetwork('172.17.0.0/16')]))).toBe('172.18.0.0/16');
});

test('a route inside a pool, or around it, makes the pool unusable', () => {
  const taken = ['172.17.200.0/24', '172.18.0.0/15'].map(parseNetwork);
  expect(formatNetwork(chooseSubnet(taken))).toBe('172.20.0.0/16');
});

test('192.168 and then 10.88 follow once all of 172.17 to 172.31 is taken', () => {
  expect(formatNetwork(chooseSubnet([parseNetwork('172.16.0.0/12')]))).toBe('192.168.0.0/20');
  const taken = ['172.16.0.0/12', '192.168.0.0/16'].map(parseNetwork);
  expect(formatNetwork(chooseSubnet(taken))).toBe('10.88.0.0/16');
});

test('a host whose routes cover every pool gets a conflict with a hint', () => {
  const everything = ['0.0.0.0/1', '128.0.0.0/1'].map(parseNetwork);
  expect(() => chooseSubnet(everything)).toThrow(
    expect.objectContaining({ kind: 'conflict', code: 'no-subnet' }),
  );
});

test('the gateway is the first address', () => {
  expect(gatewayOf(parseNetwork('172.20.0.0/16'))).toBe('172.20.0.1');
});

test('IPv6 has the free /64 that is next below the unique local prefix of its own', () => {
  const id = 0x12_3456_789an;
  expect(formatNetwork(chooseSubnet([], 6, id))).toBe('fd12:3456:789a::/64');
  expect(gatewayOf(chooseSubnet([], 6, id))).toBe('fd12:3456:789a::1');
  const taken = ['fd12:3456:789a::/64', 'fd12:3456:789a:1::/64', '172.17.0.0/16'].map(parseNetwork);
  expect(formatNetwork(chooseSubnet(taken, 6, id))).toBe('fd12:3456:789a:2::/64');
});
