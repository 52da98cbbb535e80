import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { addressBytes } from '../../../src/base/ip-address.ts';
import { libcFunction } from '../../../src/core/host/libc.ts';
import { networkNames } from '../../../src/core/network/network-names.ts';
import type { Networking } from '../../../src/core/network/networking.ts';
import type { PortBinding } from '../../../src/engine/containers.ts';
import { type NetworkStand, networkStand } from '../../support/network-stand.ts';
import { OtherNamespace } from '../../support/own-network-namespace.ts';
import { startScript } from '../../support/script-process.ts';
import { until } from '../../support/until.ts';

const sources = join(import.meta.dirname, '..', '..', '..', 'src');
let stand: NetworkStand;
let networking: Networking;
let networks: NetworkStand['networks'];
/** Where it is on, packets of bridges pass ip6tables: it is a setting of the network namespace, which is the test's. */
const bridgeCalls = (value: '0' | '1') =>
  writeFileSync('/proc/sys/net/bridge/bridge-nf-call-ip6tables', value);

beforeEach(() => {
  stand = networkStand();
  ({ networking, networks } = stand);
});

/** Answers on port 80 with the address of who asks. */
function container(
  name: string,
  network: string,
  ports: readonly PortBinding[] = [],
): ReturnType<NetworkStand['serving']> {
  return stand.serving(
    { containerId: name, network, ports },
    `require('net').createServer((s) => s.end('${name} sees ' + s.remoteAddress)).listen(80, '::', () => console.log('ready'));
     const udp = require('dgram').createSocket('udp6');
     udp.on('message', (m, from) => udp.send('${name} ' + m, from.port, from.address)).bind(53);`,
  );
}

const tcp = (hostPort: number, hostAddress = ''): PortBinding => ({
  protocol: 'tcp',
  containerPort: 80,
  hostPort,
  hostAddress,
});

/** What is said to who connects. */
async function answer(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, timeout: 2000 });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

/** The same from inside another namespace. The first packet may be lost while neighbours look for each other. */
async function answerFrom(
  namespace: OtherNamespace,
  host: string,
  port: number,
  patienceMs = 5000,
): Promise<string> {
  const child = namespace.run(() =>
    spawn(process.execPath, [
      '-e',
      `const s = require('net').connect({ host: '${host}', port: ${port} });
       const end = (text) => { console.log(text); process.exit(); };
       setTimeout(end, ${patienceMs}, 'nothing'); s.on('error', () => end('nothing')); s.on('data', (data) => end(String(data)));`,
    ]),
  );
  return String((await once(child.stdout!, 'data'))[0]).trim();
}

/** An Ethernet frame with a UDP datagram to ::1 in it, behind VLAN tags or not (hexadecimal). */
function frameToLoopback(mac: string, tag: string, from: string, text: string, port = 9999): Buffer {
  const length = 8 + text.length;
  const udp = Buffer.alloc(length);
  udp.writeUInt16BE(5555, 0);
  udp.writeUInt16BE(port, 2);
  udp.writeUInt16BE(length, 4);
  udp.write(text, 8);
  const addresses = Buffer.concat([addressBytes(from), addressBytes('::1')]);
  const pseudo = Buffer.from([0, 0, length >> 8, length & 255, 0, 0, 0, 17]);
  udp.writeUInt16BE(checksum(Buffer.concat([addresses, pseudo, udp])), 6);
  const header = Buffer.from([0x60, 0, 0, 0, length >> 8, length & 255, 17, 64]);
  const ethernet = Buffer.from(`${mac.replaceAll(':', '')}024200000009${tag}86dd`, 'hex');
  return Buffer.concat([ethernet, header, addresses, udp]);
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  const words = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) sum += words.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** As they are, out of a device of the namespace the thread is in: packet(7). */
function sendFrames(device: string, frames: readonly Buffer[]): void {
  const socket = libcFunction('socket', ['int', 'int', 'int'])(17, 3, 0) as number;
  const index = Number(/^(\d+):/.exec(output('ip', '-o', 'link', 'show', device))![1]);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(17, 0);
  address.writeInt32LE(index, 4);
  const send = libcFunction('sendto', ['int', 'void *', 'ulong', 'int', 'void *', 'uint'], 'long');
  for (const frame of frames)
    expect(send(socket, frame, frame.length, 0, address, address.length)).toBe(frame.length);
  closeSync(socket);
}

const output = (...argv: readonly string[]) => execFileSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });

test('a network with IPv6 has a unique local /64, another each, and hands out addresses of both families', async () => {
  const one = await networks.create('one', { ipv6: true });
  const two = await networks.create('two', { ipv6: true });
  const subnet = one.pools[1]!.subnet;
  expect(subnet).toMatch(/^fd[0-9a-f]{2}:[0-9a-f:]+::\/64$/);
  expect(two.pools[1]!.subnet).not.toBe(subnet);
  const { endpoint } = await container('web', 'one');
  expect(endpoint.ipv6).toEqual({
    address: subnet.replace('/64', '2'),
    prefixLength: 64,
    gateway: subnet.replace('/64', '1'),
  });
  expect(await answer(endpoint.ipv6!.address, 80)).toBe(`web sees ${endpoint.ipv6!.gateway}`);
  expect(await answer(endpoint.address, 80)).toContain('web sees');
  expect((await networks.inspect('one')).endpoints).toEqual({
    web: { address: endpoint.address, ipv6Address: endpoint.ipv6!.address },
  });
});

test('an address can be used in the moment the container has it', async () => {
  await networks.create('net', { ipv6: true });
  const { namespace, endpoint } = await container('web', 'net');
  const addresses = namespace.run(() =>
    output('ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global'),
  );
  expect(addresses).toContain(`${endpoint.ipv6!.address}/64`);
  expect(addresses).not.toContain('tentative');
});

test('subnets, gateways and ranges are those somebody named, and reserved addresses nobody’s', async () => {
  const { pools } = await networks.create('fixed', {
    ipv6: true,
    pools: [
      { subnet: 'fd50::/64', gateway: 'fd50::9', range: 'fd50::100/126', reserved: { router: 'fd50::0101' } },
      {
        subnet: '10.50.0.0/24',
        gateway: '10.50.0.3',
        range: '10.50.0.128/30',
        reserved: { a: '10.50.0.128' },
      },
    ],
  });
  expect(pools).toEqual([
    { subnet: '10.50.0.0/24', gateway: '10.50.0.3', range: '10.50.0.128/30', reserved: { a: '10.50.0.128' } },
    { subnet: 'fd50::/64', gateway: 'fd50::9', range: 'fd50::100/126', reserved: { router: 'fd50::101' } },
  ]);
  const taken: string[] = [];
  for (const containerId of ['a', 'b', 'c']) {
    const { address, ipv6 } = await networking.allocate({ containerId, network: 'fixed', ports: [] });
    taken.push(address, ipv6!.address);
  }
  expect(taken).toEqual(['10.50.0.129', 'fd50::100', '10.50.0.130', 'fd50::102', '10.50.0.131', 'fd50::103']);
  await expect(networking.allocate({ containerId: 'd', network: 'fixed', ports: [] })).rejects.toMatchObject({
    code: 'no-address',
  });
  const given = await networking.allocate({
    containerId: 'e',
    network: 'fixed',
    ports: [],
    address: '10.50.0.7',
    ipv6Address: 'fd50:0::77',
  });
  expect(given).toMatchObject({ address: '10.50.0.7', ipv6: { address: 'fd50::77' } });
  const again = (ipv6Address: string) =>
    networking.allocate({ containerId: 'f', network: 'fixed', ports: [], address: '10.50.0.8', ipv6Address });
  await expect(again('fd50::77')).rejects.toMatchObject({ code: 'address-in-use' });
  await expect(again('fd50::9')).rejects.toMatchObject({ code: 'address-in-use' });
  await expect(again('fd51::1')).rejects.toMatchObject({ code: 'address-outside' });
  for (const containerId of ['a', 'b', 'c', 'e', 'f']) await networking.releaseAll(containerId);
  expect((await networks.inspect('fixed')).endpoints).toEqual({});
});

test.each([
  [{ pools: [{ subnet: 'fd50::/64' }] }, 'the network has no IPv6'],
  [{ ipv6: true, pools: [{ subnet: 'fd50::/64', gateway: 'fd51::1' }] }, "doesn't contain this address"],
  [{ pools: [{ subnet: '10.60.0.0/24', range: '10.60.0.0/16' }] }, 'bigger than its parent subnet'],
  [{ pools: [{ subnet: '10.60.0.0/24', range: '10.61.0.0/25' }] }, "doesn't contain ip-range"],
  [{ pools: [{ subnet: '10.60.0.0/24' }, { subnet: '10.61.0.0/24' }] }, "doesn't support multiple subnets"],
  [
    { pools: [{ subnet: '10.60.0.0/24', reserved: { x: '10.7.0.1' } }] },
    'invalid auxiliary address 10.7.0.1',
  ],
  [{ pools: [{ subnet: '10.60.0.0/31' }] }, 'want one of /8 to /30'],
])('addresses that do not fit each other are refused: %j', async (spec, words) => {
  await expect(networks.create('bad', spec)).rejects.toThrow(words);
  expect((await networks.list()).map(({ name }) => name)).not.toContain('bad');
});

test.each(['0', '1'] as const)(
  'a port is published on both families, and reached by ::1 (bridges call: %s)',
  async (calls) => {
    bridgeCalls(calls);
    await networks.create('other', { ipv6: true });
    await networks.create('net', { ipv6: true });
    const { endpoint } = await container('web', 'net', [tcp(8080), tcp(0)]);
    const [v4, v6, free, freeV6] = endpoint.ports;
    expect([v4, v6].map((port) => `${port?.hostAddress} ${port?.hostPort}`)).toEqual([
      '0.0.0.0 8080',
      ':: 8080',
    ]);
    expect(free?.hostPort).toBe(freeV6?.hostPort);
    for (const host of ['127.0.0.1', '::1', endpoint.gateway, endpoint.ipv6!.gateway]) {
      expect(await answer(host, 8080)).toContain('web sees');
      expect(await answer(host, free!.hostPort)).toContain('web sees');
    }
  },
);

test('a port published on one IPv6 address answers there alone', async () => {
  await networks.create('net', { ipv6: true });
  const { endpoint } = await container('web', 'net', [tcp(8081, '::1'), tcp(8082, '0.0.0.0')]);
  expect(await answer('::1', 8081)).toContain('web sees');
  await expect(answer(endpoint.ipv6!.gateway, 8081)).rejects.toThrow('ECONNREFUSED');
  await expect(answer('127.0.0.1', 8081)).rejects.toThrow('ECONNREFUSED');
  await expect(answer('::1', 8082)).rejects.toThrow('ECONNREFUSED');
});

test('nothing a container sends to ::1 comes to the host’s loopback, however it is wrapped', async () => {
  // Where they do, the rules of routed packets drop it as well.
  bridgeCalls('0');
  await networks.create('net', { ipv6: true });
  const { namespace, endpoint } = await container('evil', 'net', [tcp(8083)]);
  const mac = /link\/ether (\S+)/.exec(output('ip', '-o', 'link', 'show', endpoint.bridge))![1]!;
  const listener = createSocket('udp6').bind(9999, '::1');
  await once(listener, 'listening');
  const heard: string[] = [];
  listener.on('message', (message) => heard.push(String(message)));
  const frames = ['', '81000000', '81000005', '88a8000081000000'].map((tag) =>
    frameToLoopback(mac, tag, endpoint.ipv6!.address, `evil ${tag}`),
  );
  namespace.run(() => sendFrames('eth0', frames));
  const honest = createSocket('udp6');
  await until(() => {
    honest.send('honest', 9999, '::1');
    return heard.length > 0;
  });
  honest.close();
  listener.close();
  expect(new Set(heard)).toEqual(new Set(['honest']));
  // The frames are such that they would arrive without the guard.
  output('nft', 'flush', 'table', 'bridge', networkNames(stand.root).table);
  const open = createSocket('udp6').bind(9998, '::1');
  await once(open, 'listening');
  const arrived = once(open, 'message');
  namespace.run(() =>
    sendFrames('eth0', [frameToLoopback(mac, '', endpoint.ipv6!.address, 'through', 9998)]),
  );
  expect(String((await arrived)[0])).toBe('through');
  open.close();
});

test('an IPv6 port somebody has is refused in words of Docker; without IPv6 so is the address', async () => {
  await networks.create('net', { ipv6: true });
  await container('web', 'net', [tcp(8085, '::')]);
  const other = (network: string, hostAddress: string) =>
    networking.allocate({ containerId: 'x', network, ports: [tcp(8085, hostAddress)] });
  await expect(other('net', '::1')).rejects.toThrow('Bind for [::1]:8085 failed: port is already allocated');
  await expect(other('net', '')).rejects.toThrow('Bind for [::]:8085 failed: port is already allocated');
  await expect(other('bridge', '::1')).rejects.toThrow('network bridge has no IPv6');
  const v4 = await other('bridge', '');
  expect(v4.ports.map(({ hostAddress }) => hostAddress)).toEqual(['0.0.0.0']);
  await networking.release(v4);
});

test('a UDP port is published on IPv6 as well', async () => {
  await networks.create('net', { ipv6: true });
  await container('dns', 'net', [{ protocol: 'udp', containerPort: 53, hostPort: 5353, hostAddress: '' }]);
  const client = startScript(`
    const { createSocket } = await import('node:dgram');
    const socket = createSocket('udp6');
    socket.on('message', (answer) => { console.log(String(answer)); socket.close(); });
    socket.send('hello', 5353, '::1');
  `);
  expect(await client.line()).toBe('dns hello');
  await client.end();
});

test('containers of a network see each other by IPv6, those of another do not, and nobody sees through ::1', async () => {
  await networks.create('net', { ipv6: true });
  await networks.create('far', { ipv6: true });
  const one = await container('one', 'net', [tcp(8086)]);
  const two = await container('two', 'net');
  const far = await container('far', 'far');
  const { address, gateway } = one.endpoint.ipv6!;
  expect(await answerFrom(two.namespace, address, 80)).toBe(`one sees ${two.endpoint.ipv6!.address}`);
  expect(await answerFrom(two.namespace, gateway, 8086)).toContain('one sees');
  expect(await answerFrom(one.namespace, gateway, 8086)).toContain('one sees');
  expect(await answerFrom(far.namespace, address, 80, 700)).toBe('nothing');
  expect(await answerFrom(far.namespace, far.endpoint.ipv6!.gateway, 8086)).toContain('one sees');
});

test('what leaves for elsewhere has the address of the host', async () => {
  await networks.create('net', { ipv6: true });
  const { namespace } = await container('one', 'net');
  using neighbour = new OtherNamespace();
  const holder = neighbour.run(() =>
    spawn(process.execPath, [
      '-e',
      `setTimeout(() => {}, 60000); require('net').createServer((s) => s.end('outside sees ' + s.remoteAddress)).listen(80, '::', () => console.log('ready'))`,
    ]),
  );
  await once(holder.stdout!, 'data');
  execFileSync('ip', [
    'link',
    'add',
    'outer',
    'type',
    'veth',
    'peer',
    'name',
    'inner',
    'netns',
    String(holder.pid),
  ]);
  execFileSync('ip', ['address', 'add', 'fd99::1/64', 'dev', 'outer', 'nodad']);
  execFileSync('ip', ['link', 'set', 'outer', 'up']);
  neighbour.run(() => {
    execFileSync('ip', ['address', 'add', 'fd99::2/64', 'dev', 'inner', 'nodad']);
    execFileSync('ip', ['link', 'set', 'inner', 'up']);
  });
  try {
    expect(await answerFrom(namespace, 'fd99::2', 80)).toBe('outside sees fd99::1');
  } finally {
    execFileSync('ip', ['link', 'delete', 'outer']);
    holder.kill('SIGKILL');
    await once(holder, 'close');
  }
});

test('a container without IPv6 has none, not even a link-local address, and no bridge believes a router', async () => {
  await networks.create('net', { ipv6: true });
  const plain = await container('plain', 'bridge');
  const both = await container('both', 'net');
  expect(plain.namespace.run(() => output('ip', '-6', 'address', 'show', 'dev', 'eth0'))).toBe('');
  expect(plain.namespace.run(() => output('ip', '-6', 'address', 'show', 'dev', 'lo'))).toContain('::1');
  expect(output('ip', '-6', 'address', 'show', 'dev', plain.endpoint.bridge)).toBe('');
  const advertisements = (device: string) =>
    output('cat', `/proc/sys/net/ipv6/conf/${device}/accept_ra`).trim();
  expect(advertisements(plain.endpoint.bridge)).toBe('0');
  expect(advertisements(both.endpoint.bridge)).toBe('0');
  expect(both.namespace.run(() => output('ip', '-6', 'route', 'show', 'default'))).toContain(
    `default via ${both.endpoint.ipv6!.gateway} dev eth0`,
  );
});

test('a kernel without IPv6 is told of in one line; networks without it work there, and nothing is left', () => {
  const script = `
    const { openMetadata } = await import('${sources}/core/metadata/open-metadata.ts');
    const { createNetworks } = await import('${sources}/core/network/create-networks.ts');
    const root = ${JSON.stringify(stand.root)};
    const networks = createNetworks({ metadata: openMetadata(root + '/metadata.db'), dirs: { root } });
    await networks.create('net', { ipv6: true }).catch((error) => console.log(error.code, error.message));
    const { pools } = await networks.create("plain");
    console.log(\`\${pools.length} \${(await networks.list()).length}\`);
  `;
  const hidden = 'mount -t tmpfs none /proc/sys/net/ipv6 && exec "$@"';
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module-typescript'];
  const said = output('unshare', '--mount', 'sh', '-c', hidden, 'sh', ...node, '--eval', script);
  expect(said.split('\n')).toEqual([
    'no-ipv6 network net cannot have IPv6: the kernel of this host has none',
    '1 4',
    '',
  ]);
});

test('a host with IPv6 switched off has it on the bridges that want it', async () => {
  const setting = '/proc/sys/net/ipv6/conf/all/disable_ipv6';
  writeFileSync(setting, '1');
  onTestFinished(() => writeFileSync(setting, '0'));
  await networks.create('net', { ipv6: true });
  const { endpoint } = await container('web', 'net', [tcp(8088)]);
  expect(await answer(endpoint.ipv6!.address, 80)).toContain('web sees');
  expect(await answer(endpoint.ipv6!.gateway, 8088)).toContain('web sees');
  expect(await answer('127.0.0.1', 8088)).toContain('web sees');
});

test('devices that listened to their routers go on when the host begins to forward', async () => {
  writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '0');
  execFileSync('ip', ['link', 'add', 'wan0', 'type', 'veth', 'peer', 'name', 'wan1']);
  onTestFinished(() => void execFileSync('ip', ['link', 'delete', 'wan0']));
  await networks.create('net', { ipv6: true });
  expect(output('cat', '/proc/sys/net/ipv6/conf/wan0/accept_ra')).toBe('2\n');
  expect(output('cat', '/proc/sys/net/ipv6/conf/all/forwarding')).toBe('1\n');
});

test('the tables of IPv6 are there as long as a network has it', async () => {
  const { table } = networkNames(stand.root);
  const tables = () => output('nft', 'list', 'tables');
  await container('plain', 'bridge');
  const families = () =>
    [...tables().matchAll(new RegExp(`table (\\w+) ${table}`, 'g'))].map(([, family]) => family);
  expect(families()).toEqual(['ip']);
  await networks.create('net', { ipv6: true });
  expect(families().sort()).toEqual(['bridge', 'ip', 'ip6', 'netdev']);
  await networks.remove('net');
  expect(families()).toEqual(['ip']);
});

test('rules that somebody flushed come back with the next container, those of IPv6 too', async () => {
  await networks.create('net', { ipv6: true });
  await container('old', 'net', [tcp(8087)]);
  output('nft', 'delete', 'table', 'ip6', networkNames(stand.root).table);
  await container('new', 'net');
  expect(await answer('::1', 8087)).toContain('old sees');
});

test('where the forward policy of ip6tables is DROP, the bridge is let through', async () => {
  execFileSync('ip6tables', ['-P', 'FORWARD', 'DROP']);
  onTestFinished(() => void output('nft', 'delete', 'table', 'ip6', 'filter'));
  await networks.create('net', { ipv6: true });
  const { endpoint } = await container('web', 'net');
  const rules = () => output('ip6tables', '-S', 'FORWARD');
  expect(rules().match(new RegExp(endpoint.bridge, 'g'))).toHaveLength(2);
  await networking.release(endpoint);
  await networks.remove('net');
  expect(rules()).not.toContain('gb-');
});

test('four processes at once never get the same IPv6 address, and the dead give all of it back', async () => {
  await networks.create('net', { ipv6: true });
  const source = `
    const { openMetadata } = await import('SRC/core/metadata/open-metadata.ts');
    const { createNetworking } = await import('SRC/core/network/create-networking.ts');
    const [root, name] = process.argv.slice(1).filter((arg) => arg !== '--');
    const networking = createNetworking({ metadata: openMetadata(root + '/metadata.db'), dirs: { root } });
    const taken = [];
    for (let i = 0; i < 10; i += 1) {
      const ports = [{ protocol: 'tcp', containerPort: 80, hostPort: 0, hostAddress: '' }];
      taken.push((await networking.allocate({ containerId: name + i, network: 'net', ports })).ipv6.address);
    }
    console.log(JSON.stringify(taken));
    setInterval(() => {}, 1000);
  `;
  const scripts = Array.from({ length: 4 }, (_, index) => startScript(source, [stand.root, `p${index}-`]));
  const answers = await Promise.all(scripts.map((script) => script.line()));
  await Promise.all(scripts.map((script) => script.kill()));
  const addresses = answers.flatMap((line) => JSON.parse(line) as string[]);
  expect(new Set(addresses).size).toBe(40);
  await networking.reconcile(new Set());
  expect((await networks.inspect('net')).endpoints).toEqual({});
  expect([...stand.services.metadata.collection('published-ports', (document) => document).keys()]).toEqual(
    [],
  );
});
