import { expect, test } from 'vitest';
import { bridgeOptions } from '../../../../src/core/network/bridge-options.ts';

const at = (name: string, value: string) => bridgeOptions({ [`com.docker.network.${name}`]: value });

test('without options a bridge is as Docker’s', () => {
  expect(bridgeOptions()).toEqual({
    device: undefined,
    mayTalk: true,
    masquerades: true,
    publishedOn: '',
    mtuBytes: undefined,
    devicePrefix: 'eth',
  });
});

test('Docker’s options of the bridge driver are read', () => {
  expect(at('bridge.name', 'br-one').device).toBe('br-one');
  expect(at('bridge.enable_icc', 'false').mayTalk).toBe(false);
  expect(at('bridge.enable_ip_masquerade', '0').masquerades).toBe(false);
  expect(at('bridge.host_binding_ipv4', '127.0.0.1').publishedOn).toBe('127.0.0.1');
  expect(at('driver.mtu', '1400').mtuBytes).toBe(1400);
  expect(at('container_iface_prefix', 'net').devicePrefix).toBe('net');
  expect(at('bridge.gateway_mode_ipv4', 'nat')).toEqual(bridgeOptions());
});

test('options nobody knows mean nothing', () => {
  expect(bridgeOptions({ foo: 'bar', 'com.docker.network.bridge.foo': '1' })).toEqual(bridgeOptions());
});

test.each([
  ['bridge.enable_icc', 'perhaps', 'failed to parse com.docker.network.bridge.enable_icc value: perhaps'],
  ['driver.mtu', 'x', 'failed to parse com.docker.network.driver.mtu value: x'],
  ['driver.mtu', '67', 'want 68 to 65535'],
  ['bridge.host_binding_ipv4', '1.2.3', 'nil ip'],
  ['bridge.host_binding_ipv4', '::1', 'nil ip'],
  ['bridge.name', 'a-name-of-sixteen', 'at most 15'],
  ['bridge.name', '../x', 'at most 15'],
  ['bridge.name', '..', 'at most 15'],
  ['container_iface_prefix', 'lo', 'at most 13'],
  ['bridge.gateway_mode_ipv6', 'routed', 'gateway_mode_ipv6=routed is not supported'],
  ['bridge.inhibit_ipv4', 'true', 'inhibit_ipv4=true is not supported'],
])('%s=%s is refused', (name, value, words) => expect(() => at(name, value)).toThrow(words));
