import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { createNetworking } from '../../../src/core/network/create-networking.ts';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { networkNames } from '../../../src/core/network/network-names.ts';
import type { Networking } from '../../../src/core/network/networking.ts';
import { removeAllNetworks } from '../../../src/core/network/remove-all-networks.ts';
import type { PortBinding } from '../../../src/engine/containers.ts';
import type { Filters } from '../../../src/engine/filters.ts';
import { type NetworkStand, networkStand } from '../../support/network-stand.ts';
import { OtherNamespace } from '../../support/own-network-namespace.ts';
import { startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

let stand: NetworkStand;
let networking: Networking;
let services: NetworkStand['services'];

beforeEach(() => {
  stand = networkStand();
  ({ networking, services } = stand);
});

/** With a web server that says who it is. */
function container(
  name: string,
  ports: readonly PortBinding[] = [],
  network = 'bridge',
): ReturnType<NetworkStand['serving']> {
  return stand.serving(
    { containerId: name, network, ports },
    `const answer = (s) => s.end('HTTP/1.0 200 OK\\r\\n\\r\\n${name} sees ' + s.remoteAddress);
     require('net').createServer(answer).listen(80, '0.0.0.0', () => console.log('ready'));
     const udp = require('dgram').createSocket('udp4');
     udp.on('message', (m, from) => udp.send('${name} ' + m, from.port, from.address)).bind(53);`,
  );
}

const tcp = (hostPort: number, hostAddress = ''): PortBinding => ({
  protocol: 'tcp',
  containerPort: 80,
  hostPort,
  hostAddress,
});

function fetchText(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get(url, { agent: false, timeout: 3000 }, (response) => {
    let text = '';
    response.on('data', (chunk) => (text += chunk));
    response.on('end', () => resolve(text));
  })
    .on('timeout', () => reject(new Error('timeout')))
    .on('error', reject);
  return promise;
}

const nft = (...args: string[]) => execFileSync('nft', args, { encoding: 'utf8' });
const table = () => networkNames(stand.root).table;

test('a container reaches its gateway, and the host reaches it', async () => {
  const { endpoint } = await container('one');
  expect(endpoint).toMatchObject({ gateway: '172.17.0.1', address: '172.17.0.2', prefixLength: 16 });
  expect(await fetchText(`http://${endpoint.address}/`)).toBe('one sees 172.17.0.1');
});

test('a published port answers on every address of the host, 127.0.0.1 too', async () => {
  const { endpoint } = await container('web', [tcp(8080)]);
  expect(endpoint.ports[0]).toMatchObject({ hostAddress: '0.0.0.0', hostPort: 8080 });
  expect(await fetchText('http://127.0.0.1:8080/')).toContain('web sees');
  expect(await fetchText('http://172.17.0.1:8080/')).toContain('web sees');
});

test('a port published on 127.0.0.1 answers there and nowhere else', async () => {
  await container('web', [tcp(8081, '127.0.0.1')]);
  expect(await fetchText('http://127.0.0.1:8081/')).toContain('web sees');
  await expect(fetchText('http://172.17.0.1:8081/')).rejects.toThrow(/ECONNREFUSED/);
});

test('a bridge left without its address, as by records that were wiped, is made to work again', async () => {
  const { endpoint } = await container('one');
  execFileSync('ip', ['address', 'flush', 'dev', endpoint.bridge]);
  execFileSync('ip', ['address', 'add', '172.31.0.1/16', 'dev', endpoint.bridge]);
  await container('two', [tcp(8082)]);
  expect(await fetchText('http://127.0.0.1:8082/')).toContain('two sees');
});

test('a UDP port is published as well', async () => {
  await container('dns', [{ protocol: 'udp', containerPort: 53, hostPort: 5353, hostAddress: '' }]);
  const client = startScript(`
    const { createSocket } = await import('node:dgram');
    const socket = createSocket('udp4');
    socket.on('message', (answer) => { console.log(String(answer)); socket.close(); });
    socket.send('hello', 5353, '127.0.0.1');
  `);
  expect(await client.line()).toBe('dns hello');
  await client.end();
});

test('who goes on sending to a UDP port reaches the container that has it now', async () => {
  const published: PortBinding = { protocol: 'udp', containerPort: 53, hostPort: 5354, hostAddress: '' };
  const client = createSocket('udp4');
  onTestFinished(() => void client.close());
  let heard = '';
  client.on('message', (answer) => (heard = String(answer)));
  // One socket: to the kernel it is one flow.
  const hears = (name: string): Promise<unknown> =>
    until(() => {
      client.send('hello', 5354, '127.0.0.1');
      return heard === `${name} hello`;
    });
  const { endpoint } = await container('one', [published]);
  await hears('one');
  await networking.release(endpoint);
  await container('two', [published]);
  await hears('two');
});

test('port 0 gets a free port of the host', async () => {
  const { endpoint } = await container('web', [tcp(0)]);
  const port = endpoint.ports[0]!.hostPort;
  expect(port).toBeGreaterThan(1023);
  expect(await fetchText(`http://127.0.0.1:${port}/`)).toContain('web sees');
});

test('of a range of host ports for one of the container the first free one is taken, until there is none', async () => {
  const choice = { ...tcp(18_300), hostPortEnd: 18_301 };
  const first = await container('one', [choice]);
  const second = await container('two', [choice]);
  const portsOf = ({ endpoint }: typeof first) => endpoint.ports;
  expect(portsOf(first)).toEqual([{ ...tcp(18_300), hostAddress: '0.0.0.0' }]);
  expect(portsOf(second)).toEqual([{ ...tcp(18_301), hostAddress: '0.0.0.0' }]);
  expect(await fetchText('http://127.0.0.1:18301/')).toContain('two sees');
  await expect(container('three', [choice])).rejects.toThrow('Bind for 0.0.0.0:18301 failed');
});

test('two containers see each other, also through a published port', async () => {
  const one = await container('one', [tcp(8082)]);
  const two = await container('two');
  expect(two.endpoint.address).not.toBe(one.endpoint.address);
  const ask = (url: string) =>
    two.namespace.run(() =>
      spawn(process.execPath, ['-e', `fetch('${url}').then((r) => r.text()).then(console.log)`]),
    );
  const answer = async (url: string) => String((await once(ask(url).stdout!, 'data'))[0]);
  expect(await answer(`http://${one.endpoint.address}/`)).toContain(`one sees ${two.endpoint.address}`);
  expect(await answer('http://172.17.0.1:8082/')).toContain('one sees');
});

test('a container reaches itself by its published port', async () => {
  const { namespace } = await container('self', [tcp(8083)]);
  const child = namespace.run(() =>
    spawn(process.execPath, [
      '-e',
      `fetch('http://172.17.0.1:8083/').then((r) => r.text()).then(console.log)`,
    ]),
  );
  expect(String((await once(child.stdout!, 'data'))[0])).toContain('self sees');
});

test('a port a process outside listens on is refused in words of Docker, and nothing is left', async () => {
  const server = createHttpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expect(
    networking.allocate({ containerId: 'x', network: 'bridge', ports: [tcp(0), tcp(port)] }),
  ).rejects.toMatchObject({
    kind: 'conflict',
    code: 'port-in-use',
    message: `Bind for 0.0.0.0:${port} failed: port is already allocated`,
  });
  expect(Object.keys((await createNetworks(services).inspect('bridge')).endpoints)).toEqual([]);
});

test('a port another container has is refused, on any address that overlaps', async () => {
  const { endpoint } = await container('first', [tcp(8084)]);
  // As if its monitor had been killed: the record alone holds the port.
  networking.letGo(endpoint);
  const again = (address: string) =>
    networking.allocate({ containerId: 'second', network: 'bridge', ports: [tcp(8084, address)] });
  await expect(again('')).rejects.toMatchObject({ code: 'port-in-use' });
  await expect(again('127.0.0.1')).rejects.toMatchObject({ code: 'port-in-use' });
});

test('an address that is not of this host is refused', async () => {
  await expect(
    networking.allocate({ containerId: 'x', network: 'bridge', ports: [tcp(8085, '192.0.2.77')] }),
  ).rejects.toMatchObject({ kind: 'invalid', code: 'port-address' });
});

test('release gives port and address back, and may be called twice', async () => {
  const first = await networking.allocate({ containerId: 'a', network: 'bridge', ports: [tcp(8086)] });
  using namespace = new OtherNamespace();
  await networking.connect(first, namespace.path);
  expect(nft('list', 'map', 'ip', table(), 'published_tcp')).toContain('8086');
  await networking.release(first);
  await networking.release(first);
  expect(nft('list', 'map', 'ip', table(), 'published_tcp')).not.toContain('8086');
  const second = await networking.allocate({ containerId: 'b', network: 'bridge', ports: [tcp(8086)] });
  // A late call for the first does not take what the second has by now.
  await networking.release(first);
  await expect(
    networking.allocate({ containerId: 'c', network: 'bridge', ports: [tcp(8086)] }),
  ).rejects.toMatchObject({ code: 'port-in-use' });
  await networking.release(second);
});

test('eight processes at once never get the same address', async () => {
  await networking.release(await networking.allocate({ containerId: 'warm', network: 'bridge', ports: [] }));
  const source = `
    const { openMetadata } = await import('SRC/core/metadata/open-metadata.ts');
    const { createNetworking } = await import('SRC/core/network/create-networking.ts');
    const [root, name] = process.argv.slice(1).filter((arg) => arg !== '--');
    const networking = createNetworking({ metadata: openMetadata(root + '/metadata.db'), dirs: { root } });
    const taken = [];
    for (let i = 0; i < 10; i += 1) {
      taken.push((await networking.allocate({ containerId: name + i, network: 'bridge', ports: [] })).address);
    }
    console.log(JSON.stringify(taken));
  `;
  const scripts = Array.from({ length: 8 }, (_, index) => startScript(source, [stand.root, `p${index}-`]));
  const answers = await Promise.all(scripts.map((script) => script.line()));
  await Promise.all(scripts.map((script) => script.end()));
  const addresses = answers.flatMap((line) => JSON.parse(line) as string[]);
  expect(new Set(addresses).size).toBe(80);
  // They are dead now, and no container is known: all of it comes back.
  await networking.reconcile(new Set());
  expect((await createNetworks(services).inspect('bridge')).endpoints).toEqual({});
});

test('reconcile leaves the living and those whose maker is alive', async () => {
  const mine = await networking.allocate({ containerId: 'mine', network: 'bridge', ports: [tcp(0)] });
  await networking.reconcile(new Set());
  expect((await createNetworks(services).inspect('bridge')).endpoints).toHaveProperty('mine');
  await networking.release(mine);
});

test('rules that somebody flushed come back with the next container, the published ports of others too', async () => {
  await container('old', [tcp(8087)]);
  nft('flush', 'ruleset');
  await expect(fetchText('http://127.0.0.1:8087/')).rejects.toThrow();
  await container('new');
  expect(await fetchText('http://127.0.0.1:8087/')).toContain('old sees');
});

test('where the forward policy is DROP, the bridge is let through in DOCKER-USER', async () => {
  execFileSync('iptables', ['-P', 'FORWARD', 'DROP']);
  execFileSync('iptables', ['-N', 'DOCKER-USER']);
  execFileSync('iptables', ['-A', 'FORWARD', '-j', 'DOCKER-USER']);
  onTestFinished(() => void nft('delete', 'table', 'ip', 'filter'));
  await container('web', [tcp(8088)]);
  await container('beside');
  const rules = () => execFileSync('iptables', ['-S', 'DOCKER-USER'], { encoding: 'utf8' });
  const { defaultBridge } = networkNames(stand.root);
  expect(rules().match(new RegExp(defaultBridge, 'g'))).toHaveLength(2);
  // A neighbour on another network of the host reaches the published port through it.
  expect(await fromNeighbour('http://10.99.0.1:8088/')).toContain('web sees');
  await removeAllNetworks(services);
  expect(rules()).not.toContain(defaultBridge);
});

test('a neighbour reaches published ports and nothing else', async () => {
  const { endpoint } = await container('web', [tcp(8089), tcp(8090, '127.0.0.1')]);
  expect(await fromNeighbour('http://10.99.0.1:8089/')).toContain('web sees');
  expect(await fromNeighbour(`http://${endpoint.address}/`)).toBe('nothing');
  expect(await fromNeighbour('http://10.99.0.1:8090/')).toBe('nothing');
});

test('networks somebody made are closed to each other, and go again', async () => {
  const networks = createNetworks(services);
  const made = await networks.create('backend', { labels: { tier: 'back' } });
  expect(made).toMatchObject({ name: 'backend', driver: 'bridge', labels: { tier: 'back' } });
  const inside = await container('inside', [], 'backend');
  const outside = await container('outside');
  expect(inside.endpoint.name).toBe('backend');
  const child = outside.namespace.run(() =>
    spawn(process.execPath, [
      '-e',
      `fetch('http://${inside.endpoint.address}/', { signal: AbortSignal.timeout(300) }).then(() => console.log('open'), () => console.log('closed'))`,
    ]),
  );
  expect(String((await once(child.stdout!, 'data'))[0]).trim()).toBe('closed');
  await expect(networks.remove('backend')).rejects.toMatchObject({
    code: 'network-in-use',
    message: 'error while removing network: network backend has active endpoints (inside)',
  });
  await expect(networks.create('backend')).rejects.toMatchObject({ code: 'network-exists' });
  await expect(
    networks.create('other', { pools: [{ subnet: made.pools[0]!.subnet }] }),
  ).rejects.toMatchObject({
    code: 'subnet-overlaps',
  });
  await networking.release(inside.endpoint);
  await networks.remove('backend');
  await expect(networks.inspect('backend')).rejects.toThrow('network backend not found');
  expect(execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' })).not.toContain('gb-');
});

test('predefined networks stay, and the list shows all', async () => {
  const networks = createNetworks(services);
  await expect(networks.remove('bridge')).rejects.toThrow(
    'bridge is a pre-defined network and cannot be removed',
  );
  const names = (await networks.list()).map(({ name, driver }) => `${name} ${driver}`);
  expect(names.sort()).toEqual(['bridge bridge', 'host host', 'none null']);
  expect((await networks.list({ filters: { driver: ['null'] } })).map(({ name }) => name)).toEqual(['none']);
  await networks.create('unused');
  const removedBy = async (filters: Filters) =>
    (await networks.prune({ dryRun: true, filters })).removed.join();
  expect(await removedBy({ until: ['24h'] })).toBe('');
  expect(await removedBy({ until: ['0s'], 'label!': ['keep'] })).toBe('unused');
  expect(await removedBy({ label: ['keep'] })).toBe('');
  await expect(networks.prune({ filters: { name: ['unused'] } })).rejects.toThrow("invalid filter 'name'");
  await expect(networks.prune({ filters: { until: ['soon'] } })).rejects.toMatchObject({
    code: 'bad-filter',
  });
  expect(await networks.prune({ dryRun: true })).toEqual({ removed: ['unused'] });
  expect(await networks.prune()).toEqual({ removed: ['unused'] });
  expect(await networks.prune()).toEqual({ removed: [] });
});

test('two roots choose subnets that do not overlap', async () => {
  await networking.allocate({ containerId: 'a', network: 'bridge', ports: [] });
  using other = tempFolder();
  using metadata = openMetadata(other.at('metadata.db'));
  const second = { metadata, dirs: { root: other.path } };
  const endpoint = await createNetworking(second).allocate({
    containerId: 'b',
    network: 'bridge',
    ports: [],
  });
  expect(endpoint.address).toBe('172.18.0.2');
  await removeAllNetworks(second);
});

test('a prune leaves nothing in the kernel while no container is on a network, and all that one needs else', async () => {
  const { networks } = stand;
  const links = () => execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' });
  const { defaultBridge } = networkNames(stand.root);
  const first = await networking.allocate({ containerId: 'a', network: 'bridge', ports: [] });
  await networks.prune();
  expect(links()).toContain(defaultBridge);
  await networking.release(first);
  await networks.prune();
  expect(nft('list', 'ruleset')).not.toContain('gantry');
  expect(links()).not.toContain(defaultBridge);
  for (let round = 0; round < 8; round += 1) {
    const allocate = (containerId: string) =>
      networking.allocate({ containerId, network: 'bridge', ports: [] });
    const [one, , two] = await Promise.all([
      allocate('one'),
      networks.prune(),
      allocate('two'),
      networks.prune(),
    ]);
    expect(links()).toContain(defaultBridge);
    expect(nft('list', 'ruleset')).toContain('gantry');
    await networking.release(one);
    await networking.release(two);
    await networks.prune();
  }
});

test('nothing is left in the kernel when a root is thrown away', async () => {
  const { endpoint } = await container('web', [tcp(8091)]);
  await networking.release(endpoint);
  await removeAllNetworks(services);
  expect(nft('list', 'ruleset')).not.toContain('gantry');
  expect(execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' })).not.toContain(endpoint.bridge);
});

/** What a machine on another network of the host gets: 10.99.0.2 behind a bridge that is not ours. */
async function fromNeighbour(url: string): Promise<string> {
  using neighbour = new OtherNamespace();
  const ip = (...args: string[]) => execFileSync('ip', args);
  ip('link', 'add', 'outer', 'type', 'veth', 'peer', 'name', 'inner');
  try {
    ip('address', 'add', '10.99.0.1/24', 'dev', 'outer');
    ip('link', 'set', 'outer', 'up');
    const holder = neighbour.run(() => spawn('sleep', ['60'], { stdio: 'ignore' }));
    ip('link', 'set', 'inner', 'netns', String(holder.pid));
    neighbour.run(() => {
      ip('address', 'add', '10.99.0.2/24', 'dev', 'inner');
      ip('link', 'set', 'inner', 'up');
      ip('route', 'add', 'default', 'via', '10.99.0.1');
    });
    const child = neighbour.run(() =>
      spawn(process.execPath, [
        '-e',
        `fetch('${url}', { signal: AbortSignal.timeout(700) }).then((r) => r.text()).then(console.log, () => console.log('nothing'))`,
      ]),
    );
    const [answer] = await once(child.stdout!, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'close');
    return String(answer).trim();
  } finally {
    ip('link', 'delete', 'outer');
  }
}
