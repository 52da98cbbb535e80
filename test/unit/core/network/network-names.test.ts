import { expect, test } from 'vitest';
import { bridgeName, globalId, networkNames } from '../../../../src/core/network/network-names.ts';

test('the prefix of an engine’s own IPv6 addresses is 40 bits, the same each time, and another for another root', () => {
  expect(globalId('/tmp/one')).toBe(globalId('/tmp/one'));
  expect(globalId('/tmp/one')).not.toBe(globalId('/tmp/two'));
  expect(globalId('/tmp/one') < 2n ** 40n).toBe(true);
});

test('the default root has the plain names', () => {
  expect(networkNames('/var/lib/gantry')).toEqual({ defaultBridge: 'gantry0', table: 'gantry' });
});

test('other roots have names of their own, the same each time, that fit an interface name', () => {
  const one = networkNames('/tmp/one');
  expect(networkNames('/tmp/one')).toEqual(one);
  expect(networkNames('/tmp/two').defaultBridge).not.toBe(one.defaultBridge);
  expect(one.defaultBridge.length).toBeLessThanOrEqual(15);
});

test('a device named after a network fits too', () => {
  expect(bridgeName('0123456789abcdef')).toBe('gb-0123456789ab');
});
