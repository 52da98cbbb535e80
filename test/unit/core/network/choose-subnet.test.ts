import { expect, test } from 'vitest';
import { chooseSubnet, gatewayOf } from '../../../../src/core/network/choose-subnet.ts';
import { formatSubnet, parseSubnet } from '../../../../src/core/network/ipv4.ts';

test('the first free pool of Docker is taken', () => {
  expect(formatSubnet(chooseSubnet([]))).toBe('172.17.0.0/16');
  expect(formatSubnet(chooseSubnet([parseSubnet('172.17.0.0/16')]))).toBe('172.18.0.0/16');
});

test('a route inside a pool, or around it, makes the pool unusable', () => {
  const taken = ['172.17.200.0/24', '172.18.0.0/15'].map(parseSubnet);
  expect(formatSubnet(chooseSubnet(taken))).toBe('172.20.0.0/16');
});

test('192.168 and then 10.88 follow once all of 172.17 to 172.31 is taken', () => {
  expect(formatSubnet(chooseSubnet([parseSubnet('172.16.0.0/12')]))).toBe('192.168.0.0/20');
  const taken = ['172.16.0.0/12', '192.168.0.0/16'].map(parseSubnet);
  expect(formatSubnet(chooseSubnet(taken))).toBe('10.88.0.0/16');
});

test('a host whose routes cover every pool gets a conflict with a hint', () => {
  const everything = [
    { base: 0, prefixLength: 1 },
    { base: 2 ** 31, prefixLength: 1 },
  ];
  expect(() => chooseSubnet(everything)).toThrow(
    expect.objectContaining({ kind: 'conflict', code: 'no-subnet' }),
  );
});

test('the gateway is the first address', () => {
  expect(gatewayOf(parseSubnet('172.20.0.0/16'))).toBe('172.20.0.1');
});
