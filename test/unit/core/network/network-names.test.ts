import { expect, test } from 'vitest';
import { bridgeName, networkNames } from '../../../../src/core/network/network-names.ts';

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
