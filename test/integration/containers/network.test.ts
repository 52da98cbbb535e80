import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { networkNames } from '../../../src/core/network/network-names.ts';
import type { PortBinding } from '../../../src/engine/containers.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const publish = (hostPort: number, hostAddress = ''): PortBinding => ({
  protocol: 'tcp',
  containerPort: 80,
  hostPort,
  hostAddress,
});
const web = [
  'sh',
  '-c',
  'mkdir -p /www; echo "from $HOSTNAME" > /www/index.html; exec httpd -f -h /www -p 80',
];

/** What the address answers; waits for the server inside to listen. */
function page(url: string): Promise<string> {
  return until(
    () =>
      new Promise<string>((resolve) => {
        get(url, { agent: false, timeout: 2000 }, (response) => {
          let text = '';
          response.on('data', (chunk) => (text += chunk));
          // Not before both sides have closed it: a connection that loses its rules on the way keeps its namespace.
          response.on('end', () => (response.socket.destroyed ? resolve(text) : undefined));
          response.socket.once('close', () => resolve(text));
        })
          .on('timeout', () => resolve(''))
          .on('error', () => resolve(''));
      }),
  );
}

describe('the network of a container', () => {
  test('a published port is reached by HTTP, from the host and on 127.0.0.1, until it stops', async () => {
    const id = await stand.up({ command: web, ports: [publish(8080)] });
    const name = id.slice(0, 12);
    expect(await page('http://127.0.0.1:8080/')).toBe(`from ${name}\n`);
    const { networkDetails, ports } = await stand.containers.inspect(id);
    expect(ports).toEqual([{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 }]);
    expect(await page(`http://${networkDetails[0]!.gateway}:8080/`)).toBe(`from ${name}\n`);
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    const socket = connect(8080, '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
    expect((await createNetworks(stand.services).inspect('bridge')).endpoints).toEqual({});
  });

  test('the monitor keeps a published port from others, and nobody does after', async () => {
    const id = await stand.up({ ports: [publish(8081)] });
    const rival = () =>
      execFileSync('busybox', ['nc', '-l', '-p', '8081', '-w', '1'], { stdio: 'pipe', timeout: 300 });
    expect(rival).toThrow(/in use/i);
    const other = await stand.containers.create({
      image: 'busybox',
      command: ['sleep', '9'],
      ports: [publish(8081)],
    });
    await expect(stand.containers.start(other.id)).rejects.toThrow(
      'Bind for 0.0.0.0:8081 failed: port is already allocated',
    );
    await stand.containers.kill(id);
    await stand.containers.start(other.id);
  });

  test('a restart has its port again at once', async () => {
    const id = await stand.up({ command: web, ports: [publish(8083)] });
    for (let round = 0; round < 3; round += 1) {
      await stand.containers.restart(id, { timeoutSeconds: 0 });
      expect(await page('http://127.0.0.1:8083/')).toBe(`from ${id.slice(0, 12)}\n`);
    }
  });

  test('a port is free again for others when a container ends while no gantry looks', async () => {
    const id = await stand.up({
      command: ['sh', '-c', 'while ! test -e /end; do sleep 0.05; done'],
      ports: [publish(8082)],
    });
    await stand.exec(id, 'touch', '/end');
    const table = networkNames(stand.root.path).table;
    const open = () =>
      execFileSync('nft', ['list', 'map', 'ip', table, 'published_tcp'], { encoding: 'utf8' });
    await until(() => !open().includes('8082'));
  });

  test('rules that somebody flushed are back when somebody looks', async () => {
    const id = await stand.up({ command: web, ports: [publish(8084)] });
    expect(await page('http://127.0.0.1:8084/')).toBe(`from ${id.slice(0, 12)}\n`);
    for (const look of [() => stand.containers.list(), () => stand.containers.inspect(id)]) {
      execFileSync('nft', ['flush', 'ruleset']);
      await look();
      expect(await page('http://127.0.0.1:8084/')).toBe(`from ${id.slice(0, 12)}\n`);
    }
  });

  test('two containers reach each other by address', async () => {
    const server = await stand.up({ command: web });
    const { networkDetails } = await stand.containers.inspect(server);
    const url = `http://${networkDetails[0]!.address}/`;
    await page(url);
    const { stdout } = await stand.run(['wget', '-q', '-O', '-', url]);
    expect(stdout).toBe(`from ${server.slice(0, 12)}\n`);
  });

  test('none has loopback only, host has the host’s, container: has the other’s', async () => {
    const none = await stand.run(
      ['sh', '-c', 'ip -o link | wc -l; ip route; ping -c 1 -w 2 127.0.0.1 >/dev/null && echo up'],
      {
        network: 'none',
      },
    );
    expect(none.stdout).toBe('1\nup\n');
    const first = await stand.up({ command: web });
    const host = await stand.run(['ip', '-o', 'link'], { network: 'host' });
    expect(host.stdout).toContain(networkNames(stand.root.path).defaultBridge);
    await until(
      async () => (await stand.exec(first, 'wget', '-q', '-O', '-', 'http://127.0.0.1/')).exitCode === 0,
    );
    const joined = await stand.run(['sh', '-c', 'wget -q -O - http://127.0.0.1/; hostname'], {
      network: `container:${first}`,
    });
    expect(joined.stdout.split('\n')[0]).toBe(`from ${first.slice(0, 12)}`);
    await stand.containers.stop(first, { timeoutSeconds: 0 });
    const alone = await stand.containers.create({ image: 'busybox', network: `container:${first}` });
    await expect(stand.containers.start(alone.id)).rejects.toThrow(
      `cannot join network of a non running container: ${first}`,
    );
  });

  test('hostname, hosts and resolv.conf are what Docker would make them', async () => {
    const { id, stdout } = await stand.run(
      [
        'sh',
        '-c',
        'hostname; cat /etc/hostname; tail -2 /etc/hosts; cat /etc/resolv.conf; ip -o -4 addr show eth0',
      ],
      { extraHosts: ['db:10.1.2.3'], dns: ['1.2.3.4'], dnsSearch: ['example.org'] },
    );
    const short = id.slice(0, 12);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 3)).toEqual([short, short, '10.1.2.3\tdb']);
    const [address, name] = lines[3]!.split('\t');
    expect(name).toBe(short);
    expect(lines.at(-1)).toContain(address);
    expect(lines.slice(4, 6)).toEqual(['nameserver 1.2.3.4', 'search example.org']);
  });

  test('a network somebody made has its own subnet, and goes when nobody is in it', async () => {
    const networks = createNetworks(stand.services);
    const { pools } = await networks.create('back', { pools: [{ subnet: '10.123.0.0/24' }] });
    expect(pools).toEqual([{ subnet: '10.123.0.0/24', gateway: '10.123.0.1' }]);
    const id = await stand.up({ network: 'back' });
    expect((await stand.containers.inspect(id)).networkDetails[0]).toMatchObject({
      name: 'back',
      address: '10.123.0.2',
    });
    expect((await stand.containers.list({ filters: { network: ['back'] } })).map((one) => one.id)).toEqual([
      id,
    ]);
    await stand.containers.remove(id, { force: true });
    await networks.remove('back');
  });
});
