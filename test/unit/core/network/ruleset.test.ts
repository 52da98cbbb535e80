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
  nextAddress: 0,
};
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
  );
  expect(script).toContain('set bridges { type ifname; elements = { "gantry0" }; }');
  expect(script).toContain('elements = { 8080 : 172.17.0.2 . 80 }');
  expect(script).toContain('elements = { 127.0.0.1 . 8080 : 172.17.0.2 . 80 }');
  const chains = (text: string) => text.slice(text.indexOf('chain published'));
  expect(chains(rulesetScript('gantry', [], []))).toBe(chains(script));
});

test('a script replaces the table as a whole, and nothing else', () => {
  const script = rulesetScript('gantry_x', [], []);
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
