import { expect, test } from 'vitest';
import { hostsText, parseExtraHost, resolverText } from '../../../../src/core/network/identity-texts.ts';

const hosts = (changes: Partial<Parameters<typeof hostsText>[0]> = {}) =>
  hostsText({
    base: undefined,
    addresses: ['172.17.0.2'],
    hostname: 'abc',
    extra: [],
    hostGateway: '172.17.0.1',
    ...changes,
  });

test('hosts begin with Docker’s lines and end with the container itself', () => {
  const lines = hosts().trimEnd().split('\n');
  expect(lines[0]).toBe('127.0.0.1\tlocalhost');
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toBe('172.17.0.2\tabc');
});

test('hosts of the user come in between, host-gateway as the gateway', () => {
  const text = hosts({ extra: ['db:10.0.0.5', 'v6=[2001:db8::1]', 'host:host-gateway'] });
  expect(text).toContain('10.0.0.5\tdb\n2001:db8::1\tv6\n172.17.0.1\thost\n');
});

test('without an address there is no line of its own, and a base of the host is kept', () => {
  expect(hosts({ addresses: [], base: '10.1.1.1 printer' })).toBe('10.1.1.1 printer\n');
});

test('an extra host may be IPv6 without brackets', () => {
  expect(parseExtraHost('x:::1')).toEqual({ name: 'x', address: '::1' });
});

const resolver = (changes: Partial<Parameters<typeof resolverText>[0]> = {}) =>
  resolverText({
    host: 'nameserver 10.0.0.1\nsearch old.example\nsearch corp.example home\noptions ndots:2\n',
    servers: [],
    search: [],
    reach: 'ipv4',
    ...changes,
  });

test('resolv.conf is the host’s, the last search line counting', () => {
  expect(resolver()).toBe('nameserver 10.0.0.1\nsearch corp.example home\noptions ndots:2\n');
});

test('servers and domains of the user take the place of the host’s', () => {
  expect(resolver({ servers: ['1.1.1.1'], search: ['lan'] })).toBe(
    'nameserver 1.1.1.1\nsearch lan\noptions ndots:2\n',
  );
  expect(resolver({ search: ['.'] })).not.toContain('search');
});

test('a server on the host’s loopback is of no use inside', () => {
  const host = 'nameserver 127.0.0.53\nnameserver ::1\n';
  expect(resolver({ host })).toBe('nameserver 8.8.8.8\nnameserver 8.8.4.4\n');
  expect(resolver({ host, reach: 'host' })).toContain('nameserver 127.0.0.53');
});

test('who has both families has a line for each', () => {
  expect(hosts({ addresses: ['172.17.0.2', 'fd00::2'] })).toContain('172.17.0.2\tabc\nfd00::2\tabc\n');
});

test('a server with an IPv6 address is of use where there is IPv6, on a link of the host nowhere', () => {
  const host = 'nameserver 10.0.0.1\nnameserver 2001:db8::53\nnameserver fe80::1%eth0\n';
  expect(resolver({ host })).toBe('nameserver 10.0.0.1\n');
  expect(resolver({ host, reach: 'both' })).toBe('nameserver 10.0.0.1\nnameserver 2001:db8::53\n');
  expect(resolver({ host: '', reach: 'both' })).toContain('nameserver 2001:4860:4860::8888\n');
});
