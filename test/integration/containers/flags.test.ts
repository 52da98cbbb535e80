import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import type { ContainerSpec } from '../../../src/engine/containers.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

/** What a line for the shell says in a container of that spec. */
async function says(script: string, spec: Partial<ContainerSpec>): Promise<string> {
  const { stdout, stderr } = await stand.run(['sh', '-c', script], spec);
  return `${stdout}${stderr}`.trim();
}

const cgroup = (file: string) => `cat /sys/fs/cgroup/${file} 2>/dev/null || cat /sys/fs/cgroup/*/${file}`;

describe('the OCI runtime', () => {
  test.each(['crun', 'runc', 'io.containerd.runc.v2'])(
    'may be asked for as %s, and keeps its containers',
    async (runtime) => {
      const id = await stand.up({ runtime });
      expect(readdirSync(`${stand.root.path}/run/${runtime === 'crun' ? 'crun' : 'runc'}`)).toEqual([id]);
      expect((await stand.exec(id, 'sh', '-c', 'exit 6')).exitCode).toBe(6);
      await stand.containers.pause(id);
      await stand.containers.unpause(id);
      await stand.containers.restart(id, { timeoutSeconds: 0 });
      expect(await stand.containers.inspect(id)).toMatchObject({
        state: 'running',
        runtime: runtime === 'crun' ? 'crun' : 'runc',
      });
    },
  );

  test('is said to be unknown by another name', async () => {
    await expect(stand.up({ runtime: 'nosuch' })).rejects.toThrow('unknown or invalid runtime name: nosuch');
  });
});

describe('namespaces of others', () => {
  test('--pid host sees the machine, container:X that container', async () => {
    expect(await says(`cat /proc/${process.pid}/comm`, { pid: 'host' })).toBe(
      readFileSync(`/proc/${process.pid}/comm`, 'utf8').trim(),
    );
    const id = await stand.up({ command: ['sleep', '4321'] });
    expect(await says('ps -o args', { pid: `container:${id}` })).toContain('sleep 4321');
    expect(await says('ps -o args', {})).not.toContain('4321');
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    await expect(stand.run(['true'], { pid: `container:${id}` })).rejects.toThrow(
      'cannot join PID of a non running container',
    );
  });

  test('--ipc container:X shares /dev/shm and message queues, none has no shared memory', async () => {
    const id = await stand.up({
      command: ['sh', '-c', 'echo shared >/dev/shm/note; sleep 1000'],
      ipc: 'shareable',
    });
    await until(async () => (await stand.exec(id, 'cat', '/dev/shm/note')).exitCode === 0);
    expect(await says('cat /dev/shm/note; readlink /proc/self/ns/ipc', { ipc: `container:${id}` })).toBe(
      `shared\n${(await stand.exec(id, 'readlink', '/proc/self/ns/ipc')).stdout.trim()}`,
    );
    expect(await says('readlink /proc/self/ns/ipc', { ipc: 'host' })).toBe(readlinkSync('/proc/self/ns/ipc'));
    expect(await says('mount | grep -c /dev/shm', { ipc: 'none' })).toBe('0');
  });

  test('--uts host has the machine’s name, --domainname a domain', async () => {
    expect(await says('hostname', { uts: 'host' })).toBe(hostname());
    expect(await says('cat /proc/sys/kernel/domainname', { domainname: 'example.org' })).toBe('example.org');
    expect(await says('cat /etc/hosts', { hostname: 'web', domainname: 'example.org' })).toContain(
      '\tweb.example.org web',
    );
    expect(await says('tail -n 1 /etc/hosts', { hostname: 'web.example.org' })).toMatch(
      /\tweb\.example\.org web$/,
    );
    await expect(stand.containers.create({ image: 'busybox', uts: 'host', hostname: 'x' })).rejects.toThrow(
      'conflicting options: hostname and the UTS mode',
    );
  });
});

describe('the hostname', () => {
  const shown = 'hostname; echo $HOSTNAME; cat /etc/hostname; cat /proc/sys/kernel/hostname';

  test('in the network of another is that one’s, whoever’s network that one is in', async () => {
    const owner = await stand.up({ hostname: 'web.example.org' });
    const joined = await stand.up({ network: `container:${owner}` });
    const name = 'web.example.org';
    expect(await says(shown, { network: `container:${joined}` })).toBe(`${name}\n${name}\n${name}\n${name}`);
    expect((await stand.containers.inspect(joined)).hostname).toBe(name);
  });

  test('in the machine’s network is the machine’s, unless it has one of its own', async () => {
    const name = hostname();
    expect(await says(shown, { network: 'host' })).toBe(`${name}\n${name}\n${name}\n${name}`);
    expect(await says(shown, { network: 'host', uts: 'host' })).toBe(`${name}\n${name}\n${name}\n${name}`);
    expect(await says(shown, { network: 'host', hostname: 'own' })).toBe('own\nown\nown\nown');
    expect(hostname()).toBe(name);
  });
});

describe('a read-only container', () => {
  test('cannot write to the files the engine gives it, and learns new names all the same', async () => {
    const network = 'shared';
    await createNetworks(stand.services).create(network);
    const id = await stand.up({ readOnlyRootfs: true, network });
    for (const file of ['hosts', 'hostname', 'resolv.conf']) {
      const { exitCode, stderr } = await stand.exec(id, 'sh', '-c', `echo x >>/etc/${file}`);
      expect(stderr).toContain('Read-only file system');
      expect(exitCode).not.toBe(0);
    }
    await stand.up({ name: 'newcomer', network });
    expect((await stand.exec(id, 'cat', '/etc/hosts')).stdout).toContain('newcomer');
  });
});

test('a name server is an address', async () => {
  await expect(stand.containers.create({ image: 'busybox', dns: ['1.1.1.1', '1.2.3.x'] })).rejects.toThrow(
    '1.2.3.x is not an ip address',
  );
});

describe('limits', () => {
  test.each([
    [{ cpuPeriodUs: 50_000, cpuQuotaUs: 25_000 }, 'cpu.cfs_quota_us', '25000'],
    [{ cpuPeriodUs: 50_000, cpuQuotaUs: 25_000 }, 'cpu.cfs_period_us', '50000'],
    [{ cpusetCpus: '0', cpusetMems: '0' }, 'cpuset.mems', '0'],
    [{ memoryBytes: 32 << 20 }, 'memory.limit_in_bytes', String(32 << 20)],
    [{ memoryReservationBytes: 16 << 20 }, 'memory.soft_limit_in_bytes', String(16 << 20)],
    [{ pidsLimit: 77 }, 'pids.max', '77'],
  ] as const)('%j is in %s', async (resources, file, value) => {
    expect(await says(cgroup(file), { resources })).toBe(value);
  });

  test('rates of devices are those of the device', async () => {
    const rates = [{ kind: 'read-bps', path: '/dev/null', rate: 1 << 20 }] as const;
    const { id } = await stand.containers.create({ image: 'busybox', resources: { deviceRates: rates } });
    expect((await stand.containers.inspect(id)).spec.resources?.deviceRates).toEqual(rates);
    await expect(
      stand.containers.create({
        image: 'busybox',
        resources: { deviceRates: [{ kind: 'read-bps', path: '/dev/no', rate: 1 }] },
      }),
    ).rejects.toThrow('stat /dev/no: no such file or directory');
    await expect(
      stand.containers.create({ image: 'busybox', resources: { cpus: 1, cpuQuotaUs: 1000 } }),
    ).rejects.toThrow('Nano CPUs and CPU Period cannot both be set');
  });

  test.each([
    [{ cpusetCpus: '4095' }, /^Requested CPUs are not available - requested 4095, available: 0/],
    [{ cpusetMems: '0,977' }, /^Requested memory nodes are not available - requested 0,977, available: 0/],
    [{ cpusetCpus: 'all' }, /^Invalid value all for cpuset cpus: invalid format: all$/],
  ] as const)('%j is refused before anything is made', async (resources, message) => {
    await expect(stand.containers.create({ image: 'busybox', resources })).rejects.toThrow(message);
  });

  test('--device of what is not there has Docker’s status', async () => {
    await expect(stand.run(['true'], { devices: ['/dev/nosuch'] })).rejects.toMatchObject({
      message: expect.stringContaining('custom device "/dev/nosuch": no such file or directory'),
      exitCode: 127,
    });
    await expect(stand.run(['true'], { devices: ['/dev/null:/x:y'] })).rejects.toThrow(
      'bad mode specified: y',
    );
    await expect(stand.run(['true'], { devices: ['null'] })).rejects.toThrow('null is not an absolute path');
  });

  test('--oom-score-adj, --device-cgroup-rule, --dns-option and annotations arrive', async () => {
    expect(await says('cat /proc/self/oom_score_adj', { oomScoreAdj: 500 })).toBe('500');
    expect(await says('cat /etc/resolv.conf', { dnsOptions: ['ndots:3'] })).toContain('options ndots:3');
    const open = 'mknod /hole c 1 11 && dd if=/hole of=/dev/null count=0 bs=1 && echo open';
    expect(await says(open, {})).toContain('not permitted');
    expect(await says(open, { deviceCgroupRules: ['c 1:11 rwm'] })).toContain('open');
    await expect(says('true', { deviceCgroupRules: ['c 1:11'] })).rejects.toThrow(
      'invalid device cgroup rule',
    );
    const { id } = await stand.run(['true'], { annotations: { 'org.example.note': 'x' } });
    expect((await stand.containers.inspect(id)).spec.annotations).toEqual({ 'org.example.note': 'x' });
  });
});

describe('update', () => {
  test('limits a running container at once, and the next run too', async () => {
    const id = await stand.up({ resources: { memoryBytes: 64 << 20, cpus: 1 } });
    await stand.containers.update(id, { resources: { memoryBytes: 32 << 20, pidsLimit: 9, cpuShares: 512 } });
    const limits = async () =>
      (
        await stand.exec(
          id,
          'sh',
          '-c',
          ['memory.limit_in_bytes', 'pids.max', 'cpu.shares', 'cpu.cfs_quota_us']
            .map((file) => `cat /sys/fs/cgroup/*/${file}`)
            .join(';'),
        )
      ).stdout;
    const changed = `${32 << 20}\n9\n512\n100000\n`;
    expect(await limits()).toBe(changed);
    await stand.containers.update(id, { resources: { memoryBytes: 128 << 20 } });
    await stand.containers.update(id, { resources: { memoryBytes: 32 << 20, cpus: 0.5 } });
    await stand.containers.restart(id, { timeoutSeconds: 0 });
    expect(await limits()).toBe(changed.replace('100000', '50000'));
  });

  test('remembers nothing of what the kernel refused', async () => {
    const fill = 'head -c 40m /dev/zero >/dev/shm/fill; touch /tmp/full; sleep 1000';
    const id = await stand.up({ command: ['sh', '-c', fill] });
    await until(async () => (await stand.exec(id, 'ls', '/tmp/full')).exitCode === 0);
    await expect(stand.containers.update(id, { resources: { memoryBytes: 8 << 20 } })).rejects.toMatchObject({
      code: 'limits-refused',
    });
    expect((await stand.containers.inspect(id)).spec.resources?.memoryBytes).toBeUndefined();
    await expect(stand.containers.update(id, { resources: { memoryBytes: 1 << 20 } })).rejects.toThrow(
      'Minimum memory limit allowed is 6MB',
    );
    await expect(stand.containers.update('nobody', {})).rejects.toThrow('No such container');
  });

  test('gives a running container a restart policy that works with nobody watching', async () => {
    const id = await stand.up({ command: ['sh', '-c', 'until [ -e /stop ]; do sleep 0.05; done; exit 3'] });
    await stand.containers.update(id, { restart: { name: 'on-failure', maximumRetries: 2 } });
    await stand.exec(id, 'touch', '/stop');
    await until(async () => {
      const { restartCount, state, exitCode } = await stand.containers.inspect(id);
      return restartCount === 2 && state === 'exited' && exitCode === 3;
    });
  });
});

describe('--volumes-from', () => {
  test('brings volumes and binds of another along, read-only where asked, but for those of its own', async () => {
    const volume = (name: string | undefined, target: string) =>
      ({ type: 'volume', name, target, readOnly: false, noCopy: false }) as const;
    const { id } = await stand.run(['sh', '-c', 'echo one >/a/f; echo two >/b/f'], {
      mounts: [volume('named', '/a'), volume(undefined, '/b')],
    });
    expect(await says('cat /a/f /b/f', { volumesFrom: [id] })).toBe('one\ntwo');
    expect(await says('echo x >/a/f', { volumesFrom: [`${id}:ro`] })).toContain('Read-only file system');
    expect(await says('ls /a; cat /b/f', { volumesFrom: [id], mounts: [volume('other', '/a')] })).toBe('two');
    await stand.containers.remove(id, { volumes: true });
    await expect(stand.run(['true'], { volumesFrom: [id] })).rejects.toThrow('No such container');
  });
});

describe('--mount', () => {
  test('gives a new volume its labels, and binds a folder without what is mounted below it', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    const { createVolumes } = await import('../../../src/core/volumes/create-volumes.ts');
    await stand.run(['true'], {
      mounts: [
        {
          type: 'volume',
          name: 'named',
          target: '/v',
          readOnly: false,
          noCopy: false,
          labels: { of: 'mount' },
        },
      ],
    });
    expect((await createVolumes(stand.services).inspect('named')).labels).toEqual({ of: 'mount' });
    const source = stand.root.at('outer');
    mkdirSync(`${source}/inner`, { recursive: true });
    writeFileSync(`${source}/file`, 'seen');
    const bind = { type: 'bind', source, target: '/mnt', readOnly: true, createSource: false } as const;
    const script = 'cat /mnt/file; grep -c " /mnt" /proc/self/mounts';
    expect(await says(script, { mounts: [{ ...bind, nonRecursive: true }] })).toBe('seen1');
  });
});
