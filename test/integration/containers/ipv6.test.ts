import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { assembleNetworks } from '../../../src/core/assemble-networks.ts';
import type { Networks } from '../../../src/engine/networks.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';

let stand: ContainerStand;
let networks: Networks;
beforeAll(async () => {
  stand = await containerStand();
  networks = assembleNetworks(stand.services);
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const pools = [{ subnet: 'fd77::/64' }, { subnet: '10.77.1.0/24' }];
const placeOf = async (id: string) => (await stand.containers.inspect(id)).networkDetails[0];

test('a container on a network with IPv6 has it when it starts, in /etc/hosts and as its way out', async () => {
  await networks.create('net', { ipv6: true, pools });
  const { stdout } = await stand.run(
    [
      'sh',
      '-c',
      'ip -6 addr show dev eth0 scope global | grep -o "inet6.*"; ip -6 route | grep ^default; grep box /etc/hosts',
    ],
    { network: 'net', ipv6Address: 'fd77:0::99', name: 'box', hostname: 'box' },
  );
  expect(stdout.split('\n').slice(0, 4)).toEqual([
    'inet6 fd77::99/64 scope global flags 02 ',
    'default via fd77::1 dev eth0  metric 1024 ',
    '10.77.1.2\tbox',
    'fd77::99\tbox',
  ]);
});

test('names there have both addresses, and answer to both', async () => {
  await networks.create('net', { ipv6: true, pools });
  const server = await stand.up({ network: 'net', name: 'server', networkAliases: ['www'] });
  const client = await stand.up({ network: 'net' });
  const { exitCode } = await stand.exec(client, 'ping', '-6', '-c', '1', '-W', '2', 'www');
  expect(exitCode).toBe(0);
  const hosts = (await stand.exec(client, 'grep', 'server', '/etc/hosts')).stdout;
  const place = await placeOf(server);
  expect(hosts).toBe(
    [place?.address, place?.ipv6?.address]
      .map((one) => `${one}\tserver www ${server.slice(0, 12)}\n`)
      .join(''),
  );
});

test('connect gives a running container IPv6, and disconnect takes it away', async () => {
  await networks.create('net', { ipv6: true, pools });
  const id = await stand.up();
  await networks.connect('net', id, { ipv6Address: 'fd77::88' });
  expect((await networks.inspect('net')).endpoints[id]).toEqual({
    address: '10.77.1.2',
    ipv6Address: 'fd77::88',
  });
  expect((await stand.exec(id, 'ping', '-6', '-c', '1', '-W', '2', 'fd77::1')).exitCode).toBe(0);
  expect((await stand.exec(id, 'ip', '-6', 'route')).stdout).toContain('default via fd77::1 dev eth1');
  await networks.disconnect('net', id);
  expect((await stand.exec(id, 'ip', '-6', 'route')).stdout).not.toContain('fd77');
  await expect(networks.connect('net', id, { ipv6Address: 'x' })).rejects.toThrow('invalid IPv6 address: x');
});

test.each([
  [{ ipv6Address: 'fd77::1' }, 'on user defined networks only'],
  [{ network: 'net', ipv6Address: '10.77.1.9' }, 'invalid IPv6 address: 10.77.1.9'],
  [{ network: 'net', address: 'fd77::9' }, 'invalid IPv4 address: fd77::9'],
  [{ network: 'net', ipv6Address: 'fd78::9' }, "It does not belong to any of this network's subnets"],
  [{ network: 'net', ipv6Address: 'fd77::1' }, 'Address already in use'],
  [{ network: 'old', ipv6Address: 'fd77::9' }, "It does not belong to any of this network's subnets"],
])('an address that cannot be had is refused: %j', async (spec, words) => {
  await networks.create('net', { ipv6: true, pools });
  await networks.create('old');
  await expect(stand.up(spec)).rejects.toThrow(words);
});
