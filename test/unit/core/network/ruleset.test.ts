import { expect, test } from 'vitest';
import type { NetworkRecord, PublishedPort } from '../../../../src/core/network/network-record.ts';
import { portElement, rulesetScript } from '../../../../src/core/network/ruleset.ts';

const network: NetworkRecord = {
  id: 'n'.repeat(64),
  name: 'bridge',
  bridge: 'gantry0',
  subnet: '172.17.0.0/16',
  gateway: '172.17.0.1',
  createdAt: '2026-01-01T00:00:00Z',
  labels: {},
};
const noV6 = { kind: 'gone', families: [] } as const;
const port: PublishedPort = {
  protocol: 'tcp',
  hostAddress: '0.0.0.0',
  hostPort: 8080,
  address: '172.17.0.2',
  containerPort: 80,
};

test('networks and ports are elements; the rules are the same whatever there is', () => {
  const script = rulesetScript(
    'gantry',
    [network],
    [port, { ...port, hostAddress: '127.0.0.1', protocol: 'udp' }],
    noV6,
  );
  expect(script).toContain('set bridges { type ifname; elements = { "gantry0" }; }');
  expect(script).toContain('elements = { 8080 : 172.17.0.2 . 80 }');
  expect(script).toContain('elements = { 127.0.0.1 . 8080 : 172.17.0.2 . 80 }');
  const chains = (text: string) => text.slice(text.indexOf('chain published'));
  expect(chains(rulesetScript('gantry', [], [], noV6))).toBe(chains(script));
});

test('a script replaces the table as a whole, and nothing else', () => {
  const script = rulesetScript('gantry_x', [], [], noV6);
  expect(script.startsWith('table ip gantry_x {}\ndelete table ip gantry_x\ntable ip gantry_x {')).toBe(true);
  expect(script).not.toContain('flush ruleset');
});

test('a port on all addresses has the port as key, on one address the pair, parts padded to four bytes', () => {
  expect(portElement(port)).toEqual({
    map: 'published_tcp',
    key: Buffer.from('1f90', 'hex'),
    data: Buffer.from('ac110002' + '00500000', 'hex'),
  });
  expect(portElement({ ...port, hostAddress: '127.0.0.1', protocol: 'udp' })).toMatchObject({
    map: 'bound_udp',
    key: Buffer.from('7f000001' + '1f900000', 'hex'),
  });
});

test('networks with IPv6, and ports published there, have a table of that family', () => {
  const both = { ...network, ipv6: { subnet: 'fd00:1::/64', gateway: 'fd00:1::1' } };
  const v6 = { ...port, hostAddress: '::', address: 'fd00:1::2' };
  const script = rulesetScript('gantry', [network, both], [port, v6], { kind: 'full', devices: ['gantry0'] });
  const table = script.slice(script.indexOf('table ip6 gantry {'));
  expect(table).toContain('elements = { fd00:1::/64 }');
  expect(table).toContain('elements = { 8080 : fd00:1::2 . 80 }');
  expect(table).not.toContain('172.17');
  expect(portElement(v6)).toMatchObject({ map: 'published_tcp', key: Buffer.from('1f90', 'hex') });
  expect(rulesetScript('gantry', [network], [], { kind: 'gone', families: ['ip6'] })).toMatch(
    /delete table ip6 gantry\n$/,
  );
  expect(rulesetScript('gantry', [network], [], noV6)).not.toContain('ip6');
});

test('where ::1 cannot work a connection there is refused instead of lost', () => {
  const script = rulesetScript('gantry', [], [], { kind: 'without-loopback' });
  expect(script).toContain('ip6 daddr ::1 tcp dport @published_tcp reject with tcp reset');
  expect(rulesetScript('gantry', [], [], { kind: 'full', devices: [] })).not.toContain('reject');
});
