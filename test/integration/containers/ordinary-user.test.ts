import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImage } from '../../support/base-images.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { freePort } from '../../support/free-port.ts';
import { lentFrom, type OrdinaryUser, ordinaryUser } from '../../support/ordinary-user.ts';
import { until } from '../../support/until.ts';

async function userWithImage(options: Parameters<typeof ordinaryUser>[0] = {}): Promise<OrdinaryUser> {
  buildIfStale();
  const user = ordinaryUser(options);
  const archive = readFileSync(await baseImage('busybox'));
  const { status, stderr } = await user.gantry.with({ input: archive }, 'import', '-', 'busybox:latest');
  expect(stderr).toContain('Loaded');
  expect(status).toBe(0);
  return user;
}

describe('a normal user with lent IDs', () => {
  let user: OrdinaryUser;
  beforeAll(async () => {
    user = await userWithImage();
  });
  afterAll(() => user[Symbol.asyncDispose]());

  it('is root in a container, and other users there are IDs lent to them', async () => {
    const { gantry } = user;
    const script =
      'id -u; grep -c . /proc/self/uid_map; touch /mine; chown 1000:1000 /mine; stat -c %u /mine';
    expect(await gantry.must('run', '--rm', '--network', 'none', 'busybox', 'sh', '-c', script)).toBe(
      '0\n2\n1000\n',
    );
    expect(await gantry.must('run', '--rm', '--network', 'none', '-u', '1000', 'busybox', 'id', '-u')).toBe(
      '1000\n',
    );
  });

  it('keeps what root and others of a container write as theirs and as lent IDs', async () => {
    const { gantry, uid } = user;
    await gantry.must(
      ...['run', '--rm', '--network', 'none', '-v', 'kept:/v', 'busybox'],
      ...['sh', '-c', 'touch /v/root /v/other; chown 5 /v/other'],
    );
    const at = (file: string) => statSync(user.at('root/volumes/kept/_data', file)).uid;
    expect(at('root')).toBe(uid);
    expect(at('other')).toBe(lentFrom + 4);
  });

  it('finds containers again from another program, reads their logs, and runs more in them', async () => {
    const { gantry } = user;
    await gantry.must(
      'run',
      '-d',
      '--name',
      'kept',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      'echo hello; sleep 100',
    );
    expect(await gantry.must('ps', '--format', '{{.Names}}')).toBe('kept\n');
    // As cron or su come, or after a logout took the folder away.
    const bare = { env: { XDG_RUNTIME_DIR: undefined } };
    expect(await gantry.with(bare, 'exec', 'kept', 'id', '-u')).toMatchObject({ status: 0, stdout: '0\n' });
    expect(await gantry.must('logs', 'kept')).toBe('hello\n');
    await gantry.must('rm', '-f', 'kept');
    expect(await gantry.must('ps', '-aq')).toBe('');
  });

  it('joins what runs in them, and follows their logs', async () => {
    const { gantry } = user;
    const command = ['sh', '-c', 'while read line; do [ $line = end ] && exit 3; echo got $line; done'];
    await gantry.must('run', '-di', '--name', 'heard', '--network', 'none', 'busybox', ...command);
    const following = gantry('logs', '-f', 'heard');
    expect(await gantry.with({ input: 'one\ntwo\nend\n' }, 'attach', 'heard')).toMatchObject({
      stdout: 'got one\ngot two\n',
      status: 3,
    });
    expect(await following).toMatchObject({ stdout: 'got one\ngot two\n', status: 0 });
    await gantry.must('rm', 'heard');
  });

  it('builds images with steps that run, whiteouts and owners among them', async () => {
    const { gantry } = user;
    const file = [
      'FROM busybox',
      'RUN mkdir /d && echo one > /d/one && chown 7:8 /d/one',
      'RUN rm -r /d && mkdir /d && echo two > /d/two',
    ].join('\n');
    const { status, stderr } = await gantry.with(
      { input: file },
      'build',
      '--network',
      'none',
      '-t',
      'made',
      '-',
    );
    expect(stderr).not.toContain('ERROR');
    expect(status).toBe(0);
    expect(await gantry.must('run', '--rm', '--network', 'none', 'made', 'ls', '/d')).toBe('two\n');
  });

  it('is warned that limits are not there', async () => {
    const { status, stderr } = await user.gantry(
      'run',
      '--rm',
      '--network',
      'none',
      '-m',
      '64m',
      'busybox',
      'true',
    );
    expect(stderr).toBe('WARNING: No control groups are available here. Limits discarded.\n');
    expect(status).toBe(0);
  });

  it('lists what runs in a container, health checks among it, and restarts what fails', async () => {
    const { gantry } = user;
    const none = ['--network', 'none'];
    await gantry.must(
      'run',
      '-d',
      '--name',
      'sick',
      ...none,
      '--restart',
      'on-failure:2',
      'busybox',
      'false',
    );
    await gantry.must(
      ...['run', '-d', '--name', 'well', ...none, '--health-cmd', 'true', '--health-interval', '100ms'],
      ...['busybox', 'sh', '-c', 'sleep 100; true'],
    );
    const state = (format: string, name: string) => gantry.must('inspect', '-f', format, name);
    await until(async () => (await state('{{.State.Health.Status}}', 'well')) === 'healthy\n');
    expect(await gantry.must('top', 'well')).toMatch(/sh -c sleep 100; true\n[\s\S]*sleep 100\n/);
    await until(async () => (await state('{{.RestartCount}} {{.State.Status}}', 'sick')) === '2 exited\n');
    await gantry.must('rm', '-f', 'sick', 'well');
  });

  it("may give a container a device, and the machine's shared memory, but not its processes", async () => {
    const { gantry } = user;
    const run = ['run', '--rm', '--network', 'none'];
    const write = 'echo x >/dev/mine && test -c /dev/mine';
    await gantry.must(...run, '--device', '/dev/null:/dev/mine', 'busybox', 'sh', '-c', write);
    await gantry.must(...run, '--ipc', 'host', 'busybox', 'ls', '/dev/shm');
    expect(await gantry(...run, '--pid', 'host', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('--pid=host needs root'),
    });
  });

  it('has one process that keeps the world, and no mount on the machine', async () => {
    expect(user.worldProcess('uplink')).toBeUndefined();
    expect(user.worldProcess('world')).toBeGreaterThan(1);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(user.at());
  });
});

describe('a normal user to whom no IDs are lent', () => {
  it('runs containers as the one user there is, and is told what gives more', async () => {
    await using user = await userWithImage({ lent: false });
    expect(await user.gantry.must('run', '--rm', '--network', 'none', 'busybox', 'id', '-u')).toBe('0\n');
    const { stdout } = await user.gantry('doctor');
    const line = /echo (\d+:\d+:65536) \| tee -a \/etc\/subuid \/etc\/subgid/;
    expect(stdout).toMatch(/no other user/);
    expect(stdout).toMatch(line);
    const { stderr } = await user.gantry('info');
    expect(stderr).toMatch(/^WARNING: one user only in containers, root, who is you: as root: /m);
    expect(stderr).toMatch(/^WARNING: no limits, statistics and pauses/m);
    expect(stderr).toMatch(/^WARNING: no published ports below \d+: as root: sysctl -w/m);

    // Root types it.
    const keeper = user.worldProcess('world');
    user.lend(line.exec(stderr)?.[1] ?? '');
    await until(
      async () =>
        (await user.gantry.must('run', '--rm', '--network', 'none', '-u', '7', 'busybox', 'id', '-u')) ===
        '7\n',
    );
    expect(user.worldProcess('world')).not.toBe(keeper);
    expect((await user.gantry('info')).stderr).not.toContain('one user only');
  });
});

describe('files of users that a normal user has not', () => {
  it('are refused with what to do, or are theirs if they say so', async () => {
    await using user = await userWithImage({ lent: false });
    const { gantry } = user;
    const file = 'FROM busybox\nCOPY --chown=1000:1000 f /f\nRUN ls -ln /f\n';
    mkdirSync(user.at('made'));
    chmodSync(user.at('made'), 0o755);
    writeFileSync(user.at('made', 'f'), 'x');
    writeFileSync(user.at('made', 'Dockerfile'), file);
    const build = ['build', '--network', 'none', '-t', 'made', user.at('made')];
    const refused = await gantry(...build);
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/given to user 1000 and group 1000: .*\n.*GANTRY_IGNORE_OWNERS=1/),
    });
    expect(await gantry('run', '--rm', '--network', 'none', '-u', '7', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/invalid argument: unknown\nA normal user has the users that root lends/),
    });
    const built = await gantry.with({ env: { GANTRY_IGNORE_OWNERS: '1' } }, ...build);
    expect(built.stderr).toMatch(/ 0 +0 .* \/f/);
    expect(built.status).toBe(0);
    writeFileSync(user.at('made', 'Dockerfile'), 'FROM busybox\nRUN chown 7 /bin\n');
    expect((await gantry(...build)).stderr).toContain('root is the only user there is in it');
  });
});

describe('networks of a normal user', () => {
  let user: OrdinaryUser;
  beforeAll(async () => {
    user = await userWithImage();
  });
  afterAll(async () => {
    await removeAll(user);
    await user[Symbol.asyncDispose]();
  });
  const web = (text: string) => [
    'busybox',
    'sh',
    '-c',
    `mkdir /w; echo ${text} >/w/index.html; exec httpd -f -h /w`,
  ];

  it('lead published ports of the machine to containers, until these end', async () => {
    const { gantry } = user;
    const port = await freePort();
    await gantry.must('run', '-d', '--name', 'web', '-p', `127.0.0.1:${port}:80`, ...web('one'));
    expect(await until(() => pageAt(port))).toBe('one\n');
    expect(await gantry('run', '--rm', '-p', `${port}:80`, 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining(`Bind for 0.0.0.0:${port} failed: port is already allocated`),
    });
    await gantry.must('stop', '-t', '0', 'web');
    expect(await pageAt(port)).toBeUndefined();
    await gantry.must('start', 'web');
    expect(await until(() => pageAt(port))).toBe('one\n');
    await gantry.must('rm', '-f', 'web');
    expect(await pageAt(port)).toBeUndefined();
  });

  it('know containers by name, keep networks apart, and lead out', async () => {
    const { gantry } = user;
    await gantry.must('network', 'create', 'inner');
    await gantry.must('run', '-d', '--name', 'named', '--network', 'inner', ...web('two'));
    const get = ['busybox', 'wget', '-qO-'];
    expect(
      await until(
        async () => (await gantry('run', '--rm', '--network', 'inner', ...get, 'http://named/')).stdout,
      ),
    ).toBe('two\n');
    const address = (
      await gantry.must('inspect', '-f', '{{.NetworkSettings.Networks.inner.IPAddress}}', 'named')
    ).trim();
    expect(await gantry('run', '--rm', 'busybox', 'ping', '-c1', '-W1', address)).toMatchObject({
      status: 1,
    });
    expect(await gantry.must('run', '--rm', 'busybox', 'ip', 'route')).toContain('default via');
    await gantry.must('rm', '-f', 'named');
    await gantry.must('network', 'rm', 'inner');
  });

  it('keep the loopback of the machine, and all that keeps them, from containers', async () => {
    const { gantry } = user;
    await using server = createServer((socket) => socket.end('secret')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const reach = `for at in 10.0.2.2 10.0.2.100 127.0.0.1; do nc -w 1 $at ${port} </dev/null; done; true`;
    expect(await gantry.must('run', '--rm', 'busybox', 'sh', '-c', reach)).toBe('');
    await gantry.must('run', '-d', '--name', 'idle', 'busybox', 'sleep', '100');
    const links = await gantry.must('exec', 'idle', 'sh', '-c', 'ls -l /proc/1/fd /proc/self/fd');
    expect(links).not.toMatch(/net:|socket:/);
    await gantry.must('rm', '-f', 'idle');
  });

  it('carry a step of a build', async () => {
    const file = 'FROM busybox\nRUN ip route | grep -q ^default\n';
    expect(await user.gantry.with({ input: file }, 'build', '-')).toMatchObject({ status: 0 });
  });

  it('say in one sentence why a port cannot be had', async () => {
    expect(await user.gantry('run', '--rm', '-p', '1:80', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /^gantry: listen tcp4 0\.0\.0\.0:1: bind: permission denied\nPublish a port from \d+ on/,
      ),
    });
    expect(await user.gantry('run', '--rm', '-p', '[::1]:8080:80', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('without root ports are published on IPv4'),
    });
  });

  it('come back with all that was published when who carries them was killed', async () => {
    const { gantry } = user;
    const port = await freePort();
    await gantry.must('run', '-d', '-p', `${port}:80`, ...web('three'));
    expect(await until(() => pageAt(port))).toBe('three\n');
    process.kill(user.worldProcess('uplink') ?? 0, 'SIGKILL');
    await until(async () => (await pageAt(port)) === undefined);
    await gantry.must('ps');
    expect(await until(() => pageAt(port))).toBe('three\n');
  });

  it('are found again with their containers when who keeps them was killed', async () => {
    const { gantry } = user;
    const port = await freePort();
    await gantry.must('run', '-d', '--name', 'before', '-p', `${port}:80`, ...web('four'));
    const address = (await gantry.must('exec', 'before', 'hostname', '-i')).trim();
    process.kill(user.worldProcess('world') ?? 0, 'SIGKILL');
    expect(await gantry.must('exec', 'before', 'cat', '/w/index.html')).toBe('four\n');
    expect(await until(() => pageAt(port))).toBe('four\n');
    expect(await gantry.must('run', '--rm', 'busybox', 'wget', '-qO-', `http://${address}/`)).toBe('four\n');
    await gantry.must('rm', '-f', 'before');
    expect(await pageAt(port)).toBeUndefined();
  });

  it('are made anew when nothing is left of them', async () => {
    const { gantry } = user;
    await removeAll(user);
    for (const name of ['world', 'uplink'] as const) process.kill(user.worldProcess(name) ?? 0, 'SIGKILL');
    const port = await freePort();
    await gantry.must('run', '-d', '-p', `${port}:80`, ...web('five'));
    expect(await until(() => pageAt(port))).toBe('five\n');
  });
});

describe('a folder that tells of a world', () => {
  it('is not believed when it is a link, or others may write to it', async () => {
    await using user = await userWithImage();
    const folder = user.at('root/world');
    const tells = {
      status: 125,
      stderr: expect.stringContaining(`cannot use ${folder}: it is not a folder that only you`),
    };
    const run = () => user.gantry('run', '--rm', '--network', 'none', 'busybox', 'true');
    chmodSync(folder, 0o770);
    expect(await run()).toMatchObject(tells);
    chmodSync(folder, 0o700);
    renameSync(folder, `${folder}.real`);
    symlinkSync(`${folder}.real`, folder);
    expect(await run()).toMatchObject(tells);
    rmSync(folder);
    renameSync(`${folder}.real`, folder);
    expect(await run()).toMatchObject({ status: 0 });
  });

  it('of another boot, or with another process in it, tells nothing', async () => {
    await using user = await userWithImage();
    const file = user.at('root/world/world');
    for (const text of [
      (pid: number) => `${pid} 1 ${randomUUID()}\n`,
      () => `${process.pid} 1 x\n`,
      () => '',
    ]) {
      const keeper = user.worldProcess('world') ?? 0;
      writeFileSync(file, text(keeper));
      expect(await user.gantry('run', '--rm', '--network', 'none', 'busybox', 'true')).toMatchObject({
        status: 0,
      });
      process.kill(keeper, 'SIGKILL');
    }
  });
});

describe('a machine that lacks something', () => {
  it('is said to, with how to get it', async () => {
    await using user = await userWithImage({ tun: false });
    const { stderr } = await user.gantry('info');
    expect(stderr).toContain(
      'no networks for containers: you may not open /dev/net/tun (as root: modprobe tun; chmod 666 /dev/net/tun)',
    );
    expect(await user.gantry('run', '--rm', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/no way .*: you may not open \/dev\/net\/tun\n.*chmod 666/),
    });
    // With a warning before it as well.
    expect((await user.gantry('run', '--rm', '-m', '64m', 'busybox', 'true')).status).toBe(125);
  });
});

async function removeAll({ gantry }: OrdinaryUser): Promise<void> {
  const ids = (await gantry.must('ps', '-aq')).split('\n').filter((id) => id !== '');
  if (ids.length > 0) await gantry.must('rm', '-f', ...ids);
}

/** What a server there says; undefined where nobody answers. */
async function pageAt(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    return await answer.text();
  } catch {
    return undefined;
  }
}
