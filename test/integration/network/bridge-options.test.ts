import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Networking } from '../../../src/core/network/networking.ts';
import type { PortBinding } from '../../../src/engine/containers.ts';
import type { NetworkSpec } from '../../../src/engine/networks.ts';
import { type NetworkStand, networkStand } from '../../support/network-stand.ts';
import { OtherNamespace } from '../../support/own-network-namespace.ts';

let stand: NetworkStand;
let networks: NetworkStand['networks'];

beforeEach(() => {
  stand = networkStand();
  ({ networks } = stand);
});

const option = (name: string, value: string): NetworkSpec => ({
  options: { [`com.docker.network.${name}`]: value },
});
const port = (hostPort: number, hostAddress = ''): PortBinding => ({
  protocol: 'tcp',
  containerPort: 80,
  hostPort,
  hostAddress,
});

/** Answers on port 80 with the address of who asks. */
function container(
  name: string,
  network: string,
  more: Partial<Parameters<Networking['allocate']>[0]> = {},
): ReturnType<NetworkStand['serving']> {
  return stand.serving(
    { containerId: name, network, ports: [], ...more },
    `require('net').createServer((s) => s.end('${name} sees ' + s.remoteAddress)).listen(80, '0.0.0.0', () => console.log('ready'));`,
  );
}

/** What is said to who connects from a namespace; `nothing` when nobody answers. */
async function answerFrom(namespace: OtherNamespace, host: string, hostPort = 80): Promise<string> {
  const child = namespace.run(() =>
    spawn(process.execPath, [
      '-e',
      `const s = require('net').connect({ host: '${host}', port: ${hostPort} });
       const end = (text) => { console.log(text); process.exit(); };
       setTimeout(end, 500, 'nothing'); s.on('error', () => end('nothing')); s.on('data', (data) => end(String(data)));`,
    ]),
  );
  return String((await once(child.stdout!, 'data'))[0]).trim();
}

async function answer(host: string, hostPort = 80): Promise<string> {
  let text = '';
  for await (const chunk of connect({ host, port: hostPort })) text += chunk;
  return text;
}

const ip = (...args: readonly string[]) => execFileSync('ip', args, { encoding: 'utf8' });

/** A machine beside this one, at 10.99.0.2, that says who asks. */
async function neighbour(): Promise<OtherNamespace> {
  const namespace = new OtherNamespace();
  const server = namespace.run(() =>
    spawn(process.execPath, [
      '-e',
      `require('net').createServer((s) => s.end('outside sees ' + s.remoteAddress)).listen(80, '0.0.0.0', () => console.log('ready'))`,
    ]),
  );
  await once(server.stdout!, 'data');
  ip('link', 'add', 'outer', 'type', 'veth', 'peer', 'name', 'inner', 'netns', String(server.pid));
  ip('address', 'add', '10.99.0.1/24', 'dev', 'outer');
  ip('link', 'set', 'outer', 'up');
  namespace.run(() => {
    ip('address', 'add', '10.99.0.2/24', 'dev', 'inner');
    ip('link', 'set', 'inner', 'up');
    ip('route', 'add', 'default', 'via', '10.99.0.1');
  });
  onTestFinished(async () => {
    ip('link', 'delete', 'outer');
    server.kill('SIGKILL');
    await once(server, 'close');
    namespace[Symbol.dispose]();
  });
  return namespace;
}

test('an internal network lets nothing out and nothing in, its own containers and the host aside', async () => {
  await neighbour();
  await networks.create('inside', { internal: true });
  await container('web', 'bridge', { ports: [port(8080)] });
  const one = await container('one', 'inside', { ports: [port(8081)] });
  const two = await container('two', 'inside');
  expect(one.endpoint.ports).toEqual([]);
  expect(one.namespace.run(() => ip('route'))).not.toContain('default');
  expect(await answer(one.endpoint.address)).toContain('one sees');
  expect(await answerFrom(two.namespace, one.endpoint.address)).toContain('one sees');
  // Even for who makes the missing route.
  one.namespace.run(() => ip('route', 'add', 'default', 'via', one.endpoint.gateway));
  expect(await answerFrom(one.namespace, '10.99.0.2')).toBe('nothing');
  expect(await answerFrom(one.namespace, one.endpoint.gateway, 8080)).toBe('nothing');
  expect((await networks.inspect('inside')).internal).toBe(true);
});

test.each([
  ['ports of the bridge', '0'],
  ['rules, where bridges give them packets,', '1'],
])('with enable_icc=false %s keep containers apart, but for published ports', async (_how, calls) => {
  writeFileSync('/proc/sys/net/bridge/bridge-nf-call-iptables', calls);
  await neighbour();
  await networks.create('quiet', option('bridge.enable_icc', 'false'));
  const one = await container('one', 'quiet', { ports: [port(8082)] });
  const two = await container('two', 'quiet');
  expect(await answer(one.endpoint.address)).toContain('one sees');
  expect(await answerFrom(two.namespace, '10.99.0.2')).toContain('outside sees');
  expect(await answerFrom(two.namespace, one.endpoint.address)).toBe('nothing');
  expect(await answerFrom(two.namespace, one.endpoint.gateway, 8082)).toContain('one sees');
  // Nor by the detour over the host.
  const { address, gateway } = one.endpoint;
  two.namespace.run(() => ip('route', 'add', `${address}/32`, 'via', gateway));
  expect(await answerFrom(two.namespace, address)).toBe('nothing');
});

test('with enable_ip_masquerade=false others see the container’s own address', async () => {
  const outside = await neighbour();
  await networks.create('plain');
  await networks.create('open', option('bridge.enable_ip_masquerade', 'false'));
  const masked = await container('masked', 'plain');
  const open = await container('open', 'open');
  expect(await answerFrom(masked.namespace, '10.99.0.2')).toBe('outside sees 10.99.0.1');
  expect(await answerFrom(open.namespace, '10.99.0.2')).toBe(`outside sees ${open.endpoint.address}`);
  expect(await answerFrom(outside, open.endpoint.address)).toBe('nothing');
});

test('host_binding_ipv4 is where ports are published that name no address', async () => {
  await networks.create('local', option('bridge.host_binding_ipv4', '127.0.0.1'));
  const { endpoint } = await container('web', 'local', { ports: [port(8083), port(8084, '0.0.0.0')] });
  expect(endpoint.ports.map(({ hostAddress }) => hostAddress)).toEqual(['127.0.0.1', '0.0.0.0']);
  expect(await answer('127.0.0.1', 8083)).toContain('web sees');
  await expect(answer(endpoint.gateway, 8083)).rejects.toThrow('ECONNREFUSED');
  expect(await answer(endpoint.gateway, 8084)).toContain('web sees');
});

test('MTU and the names of devices are those asked for', async () => {
  await networks.create('tuned', {
    options: { 'com.docker.network.driver.mtu': '1400', 'com.docker.network.container_iface_prefix': 'net' },
  });
  const { endpoint, namespace } = await container('one', 'tuned', { deviceNumber: 2 });
  expect(namespace.run(() => ip('-o', 'link', 'show', 'net2'))).toContain('mtu 1400');
  for (const device of [endpoint.bridge, endpoint.hostInterface]) {
    expect(ip('-o', 'link', 'show', device)).toContain('mtu 1400');
  }
});

test('a bridge has the name somebody gave it, goes with its network, and is nobody else’s', async () => {
  const named = option('bridge.name', 'br-named');
  await networks.create('first', named);
  const { endpoint } = await container('one', 'first');
  expect(endpoint.bridge).toBe('br-named');
  expect(await answer(endpoint.address)).toContain('one sees');
  await expect(networks.create('second', named)).rejects.toThrow('networks have same bridge name');
  await stand.networking.release(endpoint);
  await networks.remove('first');
  expect(ip('-br', 'link')).not.toContain('br-named');
});

test('a device that is not of the engine is neither used nor removed', async () => {
  ip('link', 'add', 'br-theirs', 'type', 'bridge');
  onTestFinished(() => void ip('link', 'delete', 'br-theirs'));
  await expect(networks.create('mine', option('bridge.name', 'br-theirs'))).rejects.toMatchObject({
    kind: 'conflict',
    code: 'device-exists',
  });
  expect((await networks.list()).map(({ name }) => name)).not.toContain('mine');
  expect(ip('-br', 'link')).toContain('br-theirs');
});

test('a bridge of a chosen name that somebody removed is made again, with what it was', async () => {
  await networks.create('named', option('bridge.name', 'br-again'));
  ip('link', 'delete', 'br-again');
  const { endpoint } = await container('one', 'named');
  expect(await answer(endpoint.address)).toContain('one sees');
  ip('link', 'delete', 'br-again');
  ip('link', 'add', 'br-again', 'type', 'bridge');
  onTestFinished(() => void ip('link', 'delete', 'br-again'));
  await expect(stand.networking.allocate({ containerId: 'x', network: 'named', ports: [] })).rejects.toThrow(
    'is there already, which is not its own',
  );
  await stand.networking.release(endpoint);
  await networks.remove('named');
  expect(ip('-br', 'link')).toContain('br-again');
});

test('what was asked for is shown, and wrong values of filters are refused', async () => {
  await networks.create('shown', { attachable: true, options: { foo: 'bar' } });
  expect(await networks.inspect('shown')).toMatchObject({ attachable: true, options: { foo: 'bar' } });
  expect((await networks.list()).map(({ name }) => name)).toEqual(['bridge', 'host', 'none', 'shown']);
  expect((await networks.list({ filters: { dangling: ['1'] } })).map(({ name }) => name)).toEqual(['shown']);
  await expect(networks.list({ filters: { type: ['foo'] } })).rejects.toThrow("invalid filter 'type=foo'");
  await expect(networks.list({ filters: { dangling: ['foo'] } })).rejects.toThrow('dangling=foo');
});
