import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assembleNetworks } from '../../../src/core/assemble-networks.ts';
import type { Networks } from '../../../src/engine/networks.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
let networks: Networks;
beforeAll(async () => {
  stand = await containerStand();
  networks = assembleNetworks(stand.services);
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

/** A container that answers on port 80 with a word. */
function serving(word: string, spec: Parameters<ContainerStand['up']>[0]): Promise<string> {
  const command = ['sh', '-c', `mkdir /www; echo ${word} >/www/index.html; exec httpd -f -h /www -p 80`];
  return stand.up({ command, ...spec });
}

/** The address a name has inside, if something answers there; empty: none. */
async function find(id: string, host: string): Promise<string> {
  const { exitCode, stdout } = await stand.exec(id, 'ping', '-c', '1', '-W', '2', host);
  return exitCode === 0 ? (/\(([\d.]+)\)/.exec(stdout)?.[1] ?? '') : '';
}

const addressOf = async (id: string): Promise<string> =>
  (await stand.containers.inspect(id)).networkDetails[0]?.address ?? 'none';

/** Asks nobody for names it does not know: the answer comes at once. */
const alone = { dns: ['127.0.0.1'] };

describe('names on a network somebody made', () => {
  test('come and go with containers, with their aliases, short IDs and new names', async () => {
    await networks.create('back');
    const client = await stand.up({ ...alone, name: 'client', network: 'back' });
    expect(await find(client, 'db')).toBe('');
    const db = await stand.up({ name: 'db', network: 'back', networkAliases: ['sql'] });
    const address = await addressOf(db);
    for (const name of ['db', 'sql', db.slice(0, 12)]) expect(await find(client, name)).toBe(address);
    expect(await find(db, 'client')).toBe(await addressOf(client));
    expect(await find(db, 'db')).toBe(address);
    await stand.containers.rename('db', 'store');
    expect(await find(client, 'store')).toBe(address);
    expect(await find(client, 'db')).toBe('');
    await stand.containers.stop('store', { timeoutSeconds: 0 });
    expect(await find(client, 'store')).toBe('');
    expect((await stand.exec(client, 'grep', '-c', 'localhost', '/etc/hosts')).stdout).toBe('2\n');
  });

  test('of a container that ends by itself go at once, whether a gantry looks or not', async () => {
    await networks.create('back');
    const client = await stand.up({ ...alone, network: 'back' });
    const untilFile = { command: ['sh', '-c', 'until test -e /end; do sleep 0.05; done'] };
    await stand.up({ ...untilFile, name: 'first', network: 'back' });
    // Nobody found this one by name when it was started.
    await stand.up({ ...untilFile, name: 'later' });
    await networks.connect('back', 'later');
    const hosts = () => readFileSync(join(stand.services.dirs.containers, client, 'hosts'), 'utf8');
    for (const name of ['first', 'later']) {
      expect(hosts()).toContain(`\t${name} `);
      await stand.exec(name, 'touch', '/end');
      await until(() => !hosts().includes(`\t${name} `));
    }
  });

  test('that several share lead to all of them', async () => {
    await networks.create('back');
    const servers = [
      await stand.up({ network: 'back', networkAliases: ['www'] }),
      await stand.up({ network: 'back', networkAliases: ['www'] }),
    ];
    const client = await stand.up({ ...alone, network: 'back' });
    const lines = (await stand.exec(client, 'grep', 'www', '/etc/hosts')).stdout.trimEnd().split('\n');
    const addresses = await Promise.all(servers.map(addressOf));
    expect(lines.map((line) => line.split('\t')[0]).toSorted()).toEqual(addresses.toSorted());
    await stand.containers.stop(servers[0]!, { timeoutSeconds: 0 });
    expect(await find(client, 'www')).toBe(addresses[1]);
  });

  test('are not there on the default network, but for links', async () => {
    const web = await stand.up({ name: 'web' });
    const plain = await stand.up(alone);
    expect(await find(plain, 'web')).toBe('');
    const linked = await stand.up({ links: ['web:www'] });
    expect(await find(linked, 'www')).toBe(await addressOf(web));
    expect(await find(linked, 'web')).toBe(await addressOf(web));
    await expect(stand.containers.create({ image: 'busybox', links: ['nobody'] })).rejects.toThrow(
      'No such container: nobody',
    );
    await expect(stand.up({ networkAliases: ['x'] })).rejects.toThrow(
      'supported only for containers in user defined',
    );
    await stand.containers.stop(web, { timeoutSeconds: 0 });
  });
});

describe('connect and disconnect', () => {
  test('a running container gets a further network, an address and names there, and loses them again', async () => {
    await networks.create('front');
    await networks.create('back');
    const db = await stand.up({ name: 'db', network: 'back' });
    const address = await addressOf(db);
    const web = await stand.up({ ...alone, name: 'web', network: 'front' });
    expect(await find(web, 'db')).toBe('');
    await networks.connect('back', 'web', { aliases: ['proxy'] });
    expect(await find(web, 'db')).toBe(address);
    expect(await find(db, 'proxy')).not.toBe('');
    const { networkDetails, networks: names } = await stand.containers.inspect(web);
    expect(names).toEqual(['front', 'back']);
    expect(networkDetails.map(({ name, aliases }) => [name, aliases])).toEqual([
      ['front', []],
      ['back', ['proxy']],
    ]);
    await expect(networks.connect('back', 'web')).rejects.toThrow(
      'endpoint with name web already exists in network back',
    );
    await stand.containers.restart(web, { timeoutSeconds: 0 });
    expect(await find(web, 'db')).toBe(address);
    await networks.disconnect('back', 'web');
    expect(await find(web, 'db')).toBe('');
    expect((await stand.exec(web, 'ls', '/sys/class/net')).stdout).toBe('eth0\nlo\n');
    await expect(networks.disconnect('back', 'web')).rejects.toThrow('is not connected to network back');
    await networks.disconnect('back', 'web', { force: true });
    await stand.containers.remove('web', { force: true });
    await stand.containers.remove('db', { force: true });
    await networks.remove('back');
  });

  test('the way out and the published ports pass to the network that is left', async () => {
    await networks.create('one');
    await networks.create('two');
    const port = { protocol: 'tcp', containerPort: 80, hostAddress: '127.0.0.1', hostPort: 18080 } as const;
    const web = await serving('here', { network: 'one', ports: [port] });
    const page = () =>
      fetch('http://127.0.0.1:18080/', { signal: AbortSignal.timeout(2000) })
        .then((answer) => answer.text())
        .catch(() => '');
    expect(await until(page)).toBe('here\n');
    await networks.connect('two', web);
    await networks.disconnect('one', web);
    const [left] = (await stand.containers.inspect(web)).networkDetails;
    expect(left?.name).toBe('two');
    expect((await stand.exec(web, 'ip', 'route')).stdout).toContain(`default via ${left?.gateway} dev eth1`);
    expect(await until(page)).toBe('here\n');
    expect((await networks.inspect('one')).endpoints).toEqual({});
    await networks.disconnect('two', web);
    expect((await stand.exec(web, 'ls', '/sys/class/net')).stdout).toBe('lo\n');
    expect((await stand.containers.inspect(web)).networkDetails).toEqual([]);
    await networks.connect('one', web);
    expect((await stand.exec(web, 'ip', 'route')).stdout).toContain('default via');
    expect(await until(page)).toBe('here\n');
    expect((await stand.containers.inspect(web)).ports).toEqual([port]);
    await stand.containers.restart(web, { timeoutSeconds: 0 });
    expect(await until(page)).toBe('here\n');
  });

  test('an address asked for is had, or refused', async () => {
    await networks.create('fixed', { pools: [{ subnet: '10.99.7.0/24' }] });
    const id = await stand.up({ network: 'fixed', address: '10.99.7.77', macAddress: '02:42:aa:bb:cc:dd' });
    const [there] = (await stand.containers.inspect(id)).networkDetails;
    expect(there).toMatchObject({ address: '10.99.7.77', macAddress: '02:42:aa:bb:cc:dd' });
    expect((await stand.exec(id, 'cat', '/sys/class/net/eth0/address')).stdout).toBe('02:42:aa:bb:cc:dd\n');
    await expect(stand.up({ network: 'fixed', address: '10.99.7.77' })).rejects.toThrow(
      'Address already in use',
    );
    await expect(stand.up({ network: 'fixed', address: '10.99.8.1' })).rejects.toThrow(
      "It does not belong to any of this network's subnets",
    );
    await expect(stand.up({ address: '10.99.7.78' })).rejects.toThrow('on user defined networks only');
    const other = await stand.up();
    await networks.connect('fixed', other, { address: '10.99.7.78' });
    expect((await networks.inspect('fixed')).endpoints[other]?.address).toBe('10.99.7.78');
    const hosted = await stand.up({ network: 'host' });
    await expect(networks.connect('fixed', hosted)).rejects.toThrow(
      'cannot be connected to any other network',
    );
    const alone = await stand.up({ network: 'none' });
    await expect(networks.connect('fixed', alone)).rejects.toThrow('private (none) mode');
  });

  test('a stopped container is on its networks when it starts', async () => {
    await networks.create('later');
    const { id } = await stand.containers.create({ image: 'busybox', command: ['sleep', '100'] });
    await networks.connect('later', id, { aliases: ['l'] });
    await networks.disconnect('bridge', id);
    expect((await stand.containers.inspect(id)).networkDetails).toMatchObject([
      { name: 'later', address: '', aliases: ['l'] },
    ]);
    await stand.containers.start(id);
    expect((await stand.containers.inspect(id)).networkDetails.map(({ name }) => name)).toEqual(['later']);
    const both = await stand.up({ network: 'later', moreNetworks: [{ network: 'bridge' }] });
    expect((await stand.exec(both, 'ls', '/sys/class/net')).stdout).toBe('eth0\neth1\nlo\n');
    await expect(networks.connect('nowhere', id)).rejects.toThrow('network nowhere not found');
  });
});
