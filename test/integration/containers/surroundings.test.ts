import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { networkNames } from '../../../src/core/network/network-names.ts';
import { createVolumes } from '../../../src/core/volumes/create-volumes.ts';
import type { LogEntry, Mount, PortBinding } from '../../../src/engine/containers.ts';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  enterOwnNetworkNamespace();
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
          response.on('end', () => resolve(text));
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
    const { subnet } = await networks.create('back', { subnet: '10.123.0.0/24' });
    expect(subnet).toBe('10.123.0.0/24');
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

describe('volumes and binds', () => {
  const volume = (name: string | undefined, target: string, noCopy = false): Mount => ({
    type: 'volume',
    name,
    target,
    readOnly: false,
    noCopy,
  });

  beforeAll(async () => {
    await busyboxImage(await stand.parts.services(), {
      name: 'seeded',
      config: { Volumes: { '/data': {} } },
      prepare: (root) => {
        mkdirSync(`${root}/data/sub`, { recursive: true });
        writeFileSync(`${root}/data/sub/file`, 'from the image\n');
        symlinkSync('/etc/shadow', `${root}/data/link`);
        chownSync(`${root}/data`, 1000, 1000);
        chmodSync(`${root}/data`, 0o750);
        chownSync(`${root}/data/sub/file`, 1234, 4321);
        chmodSync(`${root}/data/sub/file`, 0o4711);
        symlinkSync('/data', `${root}/by-link`);
        symlinkSync('../../../../../../etc', `${root}/escape`);
      },
    });
  });

  test('an empty named volume takes what the image has there, with owners and modes, once', async () => {
    const look = [
      'sh',
      '-c',
      'stat -c "%u:%g %a" /vol /vol/sub/file; cat /vol/sub/file; echo changed > /vol/sub/file',
    ];
    const first = await stand.run(look.with(-1, look.at(-1)!.replaceAll('/vol', '/data')), {
      image: 'seeded',
      mounts: [volume('db', '/data')],
    });
    expect(first.stdout).toBe('1000:1000 750\n1234:4321 4711\nfrom the image\n');
    const again = await stand.run(['cat', '/data/sub/file'], {
      image: 'seeded',
      mounts: [volume('db', '/data')],
    });
    expect(again.stdout).toBe('changed\n');
    const { usedBy } = await createVolumes(stand.services).inspect('db');
    expect([...usedBy].sort()).toEqual([first.id, again.id].sort());
  });

  test('a symbolic link of the image leads nowhere outside of it', async () => {
    const { id } = await stand.containers.create({
      image: 'seeded',
      mounts: [volume('linked', '/by-link'), volume('escaped', '/escape')],
    });
    const volumes = createVolumes(stand.services);
    const linked = (await volumes.inspect('linked')).mountpoint;
    expect(readFileSync(`${linked}/sub/file`, 'utf8')).toBe('from the image\n');
    expect(lstatSync(`${linked}/link`).isSymbolicLink()).toBe(true);
    // The /etc of the image, not ours.
    const escaped = (await volumes.inspect('escaped')).mountpoint;
    expect(readdirSync(escaped).sort()).toEqual(['group', 'passwd']);
    await stand.containers.remove(id);
  });

  test('nocopy leaves it empty, and a VOLUME of the image gets an anonymous one that goes with rm -v', async () => {
    const { stdout } = await stand.run(['ls', '-A', '/data'], {
      image: 'seeded',
      mounts: [volume('bare', '/data', true)],
    });
    expect(stdout).toBe('');
    const volumes = createVolumes(stand.services);
    const kept = await stand.run(['true'], { image: 'seeded' });
    const [anonymous] = (await volumes.list()).filter((one) => one.anonymous);
    expect(anonymous?.usedBy).toEqual([kept.id]);
    expect(existsSync(`${anonymous!.mountpoint}/sub/file`)).toBe(true);
    await expect(volumes.remove(anonymous!.name)).rejects.toMatchObject({
      message: `remove ${anonymous!.name}: volume is in use - [${kept.id}]`,
    });
    await stand.containers.remove(kept.id, { volumes: true });
    expect((await volumes.list()).map(({ name }) => name)).toEqual(['bare']);
    expect((await volumes.prune()).removed).toEqual([]);
    const [last] = await stand.containers.list({ all: true });
    await stand.containers.remove(last!.id);
    expect((await volumes.prune({ all: true })).removed).toEqual(['bare']);
  });

  test('--rm takes anonymous volumes along, also when it never started', async () => {
    await stand.run(['true'], { image: 'seeded', autoRemove: true });
    expect(await createVolumes(stand.services).list()).toEqual([]);
  });

  test('a bind shows the folder of the host; a missing one is made for -v and refused for --mount', async () => {
    const bind = (source: string, createSource: boolean, readOnly = false): Mount => ({
      type: 'bind',
      source,
      target: '/mnt',
      readOnly,
      createSource,
    });
    const folder = stand.root.at('shared');
    await stand.run(['sh', '-c', 'echo hello > /mnt/greeting'], { mounts: [bind(folder, true)] });
    expect(readFileSync(`${folder}/greeting`, 'utf8')).toBe('hello\n');
    const refused = await stand.run(['sh', '-c', 'echo x > /mnt/greeting'], {
      mounts: [bind(folder, true, true)],
    });
    expect(refused.stderr).toContain('Read-only file system');
    await expect(
      stand.containers.create({ image: 'busybox', mounts: [bind(stand.root.at('nowhere'), false)] }),
    ).rejects.toThrow('invalid mount config for type "bind": bind source path does not exist');
  });

  test('a tmpfs is empty and forgets', async () => {
    const { stdout } = await stand.run(['sh', '-c', 'mount | grep " /scratch " | cut -d" " -f5'], {
      mounts: [{ type: 'tmpfs', target: '/scratch', options: 'size=64k' }],
    });
    expect(stdout).toBe('tmpfs\n');
  });
});

describe('logs', () => {
  const texts = async (entries: AsyncIterable<LogEntry>) =>
    (await Array.fromAsync(entries)).map(({ stream, data }) => `${stream}: ${Buffer.from(data)}`);

  test('are kept with their streams and times, and can be read from the end', async () => {
    const { id } = await stand.run(['sh', '-c', 'for i in 1 2 3 4 5; do echo $i; done; echo end >&2']);
    const all = await Array.fromAsync(stand.containers.logs(id));
    expect(all.map(({ data }) => Buffer.from(data).toString()).join('')).toContain('1\n2\n3\n4\n5\n');
    expect(await texts(stand.containers.logs(id, { tail: 2 }))).toHaveLength(2);
    expect(await texts(stand.containers.logs(id, { since: all.at(-1)!.time }))).toHaveLength(1);
    expect(await texts(stand.containers.logs(id, { until: '2001-01-01T00:00:00Z' }))).toEqual([]);
    await expect(texts(stand.containers.logs(id, { since: 'yesterday' }))).rejects.toThrow('RFC 3339');
  });

  test('are followed until the container ends', async () => {
    const id = await stand.up({
      command: [
        'sh',
        '-c',
        'i=0; while ! test -e /end; do i=$((i+1)); echo line $i; sleep 0.02; done; echo last',
      ],
    });
    const seen: string[] = [];
    for await (const { data } of stand.containers.logs(id, { follow: true })) {
      seen.push(Buffer.from(data).toString());
      if (seen.length === 5) await stand.exec(id, 'touch', '/end');
    }
    expect(seen[0]).toBe('line 1\n');
    expect(seen.at(-1)).toBe('last\n');
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('stop being followed when nobody wants them', async () => {
    const id = await stand.up({ command: ['sh', '-c', 'echo one; sleep 1000'] });
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const { data } of stand.containers.logs(id, { follow: true, signal: abort.signal })) {
      seen.push(Buffer.from(data).toString());
      abort.abort();
    }
    expect(seen).toEqual(['one\n']);
  });

  test('are bounded: the file rotates, and what is kept is the newest', async () => {
    const id = await stand.up({
      command: [
        'sh',
        '-c',
        'read go; for i in $(seq 1 6000); do echo "line $i of many, some longer than others"; done; read stop',
      ],
      openStdin: true,
      logOptions: { 'max-size': '100k' },
    });
    await using session = await stand.containers.attach(id, { stdin: true });
    const drained = (async () => {
      for await (const _ of session.output);
    })();
    const followed = Array.fromAsync(stand.containers.logs(id, { follow: true }));
    await session.write(Buffer.from('go\n'));
    await until(async () => (await texts(stand.containers.logs(id, { tail: 1 })))[0]?.includes('line 6000 '));
    const kept = await texts(stand.containers.logs(id));
    expect(kept.at(-1)).toContain('line 6000 ');
    expect(kept.length).toBeLessThan(6000);
    await session.write(Buffer.from('stop\n'));
    await drained;
    expect(Buffer.from((await followed).at(-1)!.data).toString()).toContain('line 6000 ');
    const files = readdirSync(`${stand.root.dirs.containers}/${id}`).filter((name) =>
      name.startsWith('ctr.log'),
    );
    expect(files.length).toBeLessThanOrEqual(3);
  });

  test('are not kept with the driver none', async () => {
    const { id, stdout } = await stand.run(['echo', 'hi'], { logDriver: 'none' });
    expect(stdout).toBe('hi\n');
    await expect(texts(stand.containers.logs(id))).rejects.toThrow(
      'configured logging driver does not support reading',
    );
    await expect(stand.containers.create({ image: 'busybox', logDriver: 'syslog' })).rejects.toThrow(
      "logger: no log driver named 'syslog' is registered",
    );
  });
});

describe('lists and events', () => {
  test('list shows what runs, all, the newest, and what filters let through', async () => {
    const { id: done } = await stand.run(['true'], { name: 'done', labels: { kind: 'job' } });
    const up = await stand.up({ name: 'server', labels: { kind: 'service' } });
    const names = async (options?: Parameters<typeof stand.containers.list>[0]) =>
      (await stand.containers.list(options)).map(({ name }) => name);
    expect(await names()).toEqual(['server']);
    expect(await names({ all: true })).toEqual(['server', 'done']);
    expect(await names({ last: 1 })).toEqual(['server']);
    expect(await names({ filters: { status: ['exited'] } })).toEqual(['done']);
    expect(await names({ all: true, filters: { label: ['kind=job'] } })).toEqual(['done']);
    expect(await names({ filters: { since: ['done'] } })).toEqual(['server']);
    expect(await names({ filters: { before: [up] } })).toEqual(['done']);
    expect(await names({ all: true, filters: { ancestor: ['busybox'] } })).toEqual(['server', 'done']);
    await expect(names({ filters: { nope: ['x'] } })).rejects.toThrow("invalid filter 'nope'");
    const [sized] = await stand.containers.list({ all: true, filters: { id: [done] }, size: true });
    expect(sized?.size).toMatchObject({ writableBytes: 0 });
    expect(sized!.size!.totalBytes).toBeGreaterThan(1_000_000);
  });

  test('the image is shown by its ID once its name means another', async () => {
    await stand.run(['true'], { name: 'old' });
    const { images } = await stand.parts.services();
    const { id } = images.resolve('busybox');
    await busyboxImage(await stand.parts.services(), {
      name: 'busybox',
      prepare: (root) => writeFileSync(`${root}/new`, 'new'),
    });
    const [summary] = await stand.containers.list({ all: true });
    expect(summary).toMatchObject({ image: id.slice('sha256:'.length, 'sha256:'.length + 12), imageId: id });
  });

  test('the journal tells of a life, and of an end nobody asked for while somebody listens', async () => {
    const { openCore } = await import('../../../src/core/open-core.ts');
    await using engine = await openCore({
      rootOption: stand.root.path,
      env: process.env,
      uid: 0,
      version: 'test',
      selfCommand: ['/bin/false'],
    });
    const abort = new AbortController();
    const seen: EngineEvent[] = [];
    const listening = (async () => {
      for await (const event of engine.events({ signal: abort.signal })) seen.push(event);
    })();
    const id = await stand.up({
      name: 'short',
      command: ['sh', '-c', 'while ! test -e /end; do sleep 0.02; done; exit 4'],
    });
    await until(() => seen.some(({ type }) => type === 'container.started'));
    await stand.exec(id, 'touch', '/end');
    await until(() => seen.some(({ type }) => type === 'container.died'));
    abort.abort();
    await listening;
    expect(seen.map(({ type }) => type)).toEqual([
      'container.created',
      'container.started',
      'container.exec',
      'container.died',
    ]);
    expect(seen.at(-1)).toMatchObject({ id, name: 'short', exitCode: 4 });
  });
});
