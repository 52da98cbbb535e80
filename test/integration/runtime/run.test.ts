import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RuntimeStand } from '../../support/runtime-stand.ts';
import { until } from '../../support/until.ts';

describe.each(['crun', 'runc'] as const)('a container run by %s', (kind) => {
  let stand: RuntimeStand;
  beforeAll(() => {
    stand = new RuntimeStand(kind);
  });
  afterAll(async () => {
    await until(() => stand.leftovers().length === 0).catch(() => expect(stand.leftovers()).toEqual([]));
    await stand[Symbol.asyncDispose]();
  });

  test('gives back what it prints, each stream for itself, and its status', async () => {
    const result = await stand.run(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(result).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  test('sees the default environment, its host name and its own processes only', async () => {
    const { stdout } = await stand.run([
      'sh',
      '-c',
      'echo $PATH:$HOME; hostname; ls /proc | grep -c "^[0-9]"',
    ]);
    const [environment, hostname, processes] = stdout.split('\n');
    expect(environment).toBe('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/root');
    expect(hostname).toMatch(/^[0-9a-f]{12}$/);
    expect(Number(processes)).toBeLessThanOrEqual(3);
  });

  test("holds Docker's fourteen capabilities, behind a filter", async () => {
    const { stdout } = await stand.run(['cat', '/proc/self/status']);
    expect(stdout).toMatch(/CapEff:\s+00000000a80425fb/);
    expect(stdout).toMatch(/CapBnd:\s+00000000a80425fb/);
    expect(stdout).toMatch(/CapInh:\s+0000000000000000/);
    expect(stdout).toMatch(/Seccomp:\s+2/);
    expect((await stand.run(['unshare', '-m', 'true'])).stderr).toMatch(/not permitted/);
  });

  test('is privileged as far as we are ourselves', async () => {
    const { stdout } = await stand.run(
      ['sh', '-c', 'grep CapEff /proc/self/status; unshare -m echo unshared'],
      { privileged: true },
    );
    const own = /CapBnd:\s+(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    expect(stdout).toContain(own);
    expect(stdout).toContain('unshared');
  });

  test('runs as the user asked for, with the groups that list it', async () => {
    expect((await stand.run(['id'], { user: 'joe' })).stdout).toBe(
      'uid=1000(joe) gid=1000(joe) groups=10(wheel),1000(joe)\n',
    );
    expect((await stand.run(['id', '-u'], { user: '4242' })).stdout).toBe('4242\n');
    expect((await stand.run(['sh', '-c', 'echo $HOME; id -g'], { user: 'joe:root' })).stdout).toBe(
      '/home/joe\n0\n',
    );
    await expect(stand.run(['id'], { user: 'nobody-here' })).rejects.toMatchObject({
      kind: 'start',
      message: 'unable to find user nobody-here: no matching entries in passwd file',
    });
  });

  test('starts in a working folder that is made when missing', async () => {
    expect((await stand.run(['pwd'], { workingDir: '/new/one' })).stdout).toBe('/new/one\n');
  });

  test.each([
    ['nothing-of-the-kind', 127, 'exec: "nothing-of-the-kind": executable file not found in $PATH: unknown'],
    [
      '/nowhere/at/all',
      127,
      'exec: "/nowhere/at/all": stat /nowhere/at/all: no such file or directory: unknown',
    ],
    ['/etc/passwd', 126, 'exec: "/etc/passwd": permission denied: unknown'],
    ['/etc', 126, 'exec: "/etc": permission denied: unknown'],
  ])('says of %s why it cannot start, as Docker does', async (program, exitCode, words) => {
    await expect(stand.run([program])).rejects.toMatchObject({
      kind: 'start',
      exitCode,
      message: expect.stringContaining(words),
    });
    expect(stand.leftovers()).toEqual([]);
  });

  test('takes input to its end', async () => {
    const { id, dir, session } = await stand.start({
      command: ['sh', '-c', 'wc -c; echo done'],
      openStdin: true,
    });
    await session.write(Buffer.alloc(1 << 20, 'x'));
    await session.closeInput();
    let text = '';
    for await (const { data } of session.output) text += Buffer.from(data).toString();
    expect(text).toBe('1048576\ndone\n');
    expect(await session.exit).toBe(0);
    await stand.runtime.delete(id, dir);
  });

  test('has a terminal of the size asked for, and hears of its changes', async () => {
    const { id, dir, session } = await stand.start({
      command: ['sh', '-c', 'trap "stty size; exit 3" WINCH; echo ready; while :; do sleep 0.05; done'],
      tty: true,
      openStdin: true,
    });
    let text = '';
    for await (const { data } of session.output) {
      text += Buffer.from(data).toString();
      if (text.endsWith('ready\r\n')) await session.resize({ rows: 33, columns: 99 });
    }
    expect(text).toContain('33 99\r\n');
    expect(await session.exit).toBe(3);
    await stand.runtime.delete(id, dir);
  });

  test('shows its output to everyone who joins, and goes on when one leaves', async () => {
    const { id, dir, session } = await stand.start({ command: ['cat'], tty: true, openStdin: true });
    const second = await stand.runtime.attach(id, dir, { tty: true, stdin: true });
    const heard = second.output[Symbol.asyncIterator]();
    await session.write(Buffer.from('hello\n'));
    expect(Buffer.from((await heard.next()).value.data).toString()).toContain('hello');
    await session[Symbol.asyncDispose]();
    await expect(session.exit).rejects.toMatchObject({ code: 'session-left' });
    await second.write(Buffer.from('again\n\x04'));
    let rest = '';
    for (let step = await heard.next(); step.done !== true; step = await heard.next()) {
      rest += Buffer.from(step.value.data).toString();
    }
    expect(rest).toContain('again');
    expect(await second.exit).toBe(0);
    await stand.runtime.delete(id, dir);
  });

  test('writes its output to the log as lines with time and stream', async () => {
    const container = await stand.create({ command: ['sh', '-c', 'echo one; echo two >&2'] });
    await stand.runtime.start(container.id);
    await stand.runtime.waitExit(container.id, container.dir, container.process);
    const log = readFileSync(`${container.dir}/container.log`, 'utf8');
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\S+ stdout F one$/m);
    expect(log).toMatch(/ stderr F two$/m);
    await stand.runtime.delete(container.id, container.dir);
  });

  test('dies by signals, and says by which', async () => {
    const { id, dir, process, session } = await stand.start({
      command: ['sh', '-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done'],
    });
    await session.output[Symbol.asyncIterator]().next();
    await stand.runtime.kill(id, 15);
    expect(await session.exit).toBe(5);
    await stand.runtime.waitExit(id, dir, process);
    expect(stand.runtime.exitStatus(id, dir)).toMatchObject({ exitCode: 5, oomKilled: false });
    await expect(stand.runtime.kill(id, 15)).rejects.toMatchObject({ code: 'container-not-running' });
    await stand.runtime.delete(id, dir);
    await expect(stand.runtime.kill(id, 15)).rejects.toMatchObject({ code: 'container-not-running' });

    const other = await stand.start({ command: ['sleep', '1000'] });
    await expect(stand.runtime.delete(other.id, other.dir)).rejects.toMatchObject({
      code: 'container-running',
    });
    await stand.runtime.kill(other.id, 9);
    expect(await other.session.exit).toBe(137);
    await stand.runtime.delete(other.id, other.dir);
  });

  test('stands still while paused, also for its death, and tells what it uses', async () => {
    const { id, dir, process, session } = await stand.start({
      command: ['sh', '-c', 'while :; do :; done'],
      resources: { memoryBytes: 64 << 20, pidsLimit: 20 },
    });
    const first = await until(async () => {
      const stats = await stand.runtime.stats(id, process.pid);
      return stats.cpuTotalNs > 5_000_000 && stats;
    });
    expect(first).toMatchObject({ id, memoryLimitBytes: 64 << 20, networkReceivedBytes: 0 });
    expect(first.memoryBytes).toBeGreaterThan(0);
    expect(first.pids).toBeGreaterThan(0);
    expect(first.systemCpuTotalNs).toBeGreaterThan(first.cpuTotalNs);
    expect(await stand.runtime.processes(id)).toContain(process.pid);

    await stand.runtime.pause(id);
    // What it used last is booked a moment after it has stopped.
    let [last, times] = [0, 0];
    const frozen = await until(async () => {
      const stats = await stand.runtime.stats(id, process.pid);
      times = stats.cpuTotalNs === last ? times + 1 : 0;
      last = stats.cpuTotalNs;
      return times > 20 && stats;
    });
    expect((await stand.runtime.stats(id, process.pid)).cpuTotalNs).toBe(frozen.cpuTotalNs);
    await stand.runtime.resume(id);
    await until(async () => (await stand.runtime.stats(id, process.pid)).cpuTotalNs > frozen.cpuTotalNs);
    await stand.runtime.pause(id);
    await stand.runtime.kill(id, 9);
    expect(await session.exit).toBe(137);
    await stand.runtime.delete(id, dir);
    await expect(stand.runtime.pause(id)).rejects.toMatchObject({ code: 'container-not-running' });
    await expect(stand.runtime.stats(id, process.pid)).rejects.toMatchObject({
      code: 'container-not-running',
    });
  });

  test('is ended by the kernel when it takes more memory than it may', async () => {
    const { id, dir, process, session } = await stand.start({
      command: ['sh', '-c', 'a=xxxxxxxx; while :; do a=$a$a; done'],
      resources: { memoryBytes: 16 << 20 },
    });
    expect(await session.exit).toBe(137);
    await stand.runtime.waitExit(id, dir, process);
    expect(stand.runtime.exitStatus(id, dir)?.oomKilled).toBe(true);
    await stand.runtime.delete(id, dir);
  });

  test('keeps the limits on CPUs, processes and open files', async () => {
    const { stdout } = await stand.run(
      ['sh', '-c', 'ulimit -n; cat /sys/fs/cgroup/pids/gantry/*/pids.max /sys/fs/cgroup/pids.max'],
      { resources: { pidsLimit: 33, cpus: 0.5, ulimits: [{ name: 'nofile', soft: 100, hard: 200 }] } },
    );
    expect(stdout).toMatch(/^100\n/);
  });

  test('mounts binds, also read-only with all below them, and tmpfs', async () => {
    const shared = stand.folder.at('shared');
    mkdirSync(shared, { recursive: true });
    writeFileSync(`${shared}/file`, 'of the host\n');
    const { stdout, stderr } = await stand.run(
      [
        'sh',
        '-c',
        'cat /in/file; echo x > /in/other; echo x > /t/x; grep -c "size=8192k" /proc/mounts; cat /etc/hosts',
      ],
      {},
      {
        request: {
          mounts: [
            { kind: 'bind', source: shared, target: '/in', readOnly: true },
            { kind: 'tmpfs', target: '/t', options: 'size=8m' },
            { kind: 'bind', source: `${shared}/file`, target: '/etc/hosts', readOnly: false },
          ],
        },
      },
    );
    expect(stdout).toBe('of the host\n1\nof the host\n');
    expect(stderr).toMatch(/\/in\/other: Read-only file system/);
  });

  test('keeps its root read-only, and its processes from new privileges', async () => {
    const { stdout, stderr } = await stand.run(
      ['sh', '-c', 'grep NoNewPrivs /proc/self/status; touch /x; touch /dev/shm/x'],
      { readOnlyRootfs: true, securityOpt: ['no-new-privileges'] },
    );
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(stderr).toMatch(/\/x: Read-only file system/);
    expect(stderr).not.toMatch(/shm/);
  });

  test('reaps with an init, sets kernel settings of its own, hides the rest', async () => {
    const { stdout } = await stand.run(
      [
        'sh',
        '-c',
        'tr "\\0" " " < /proc/1/cmdline; echo; cat /proc/sys/net/core/somaxconn; wc -c < /proc/timer_list',
      ],
      { init: true, sysctls: { 'net.core.somaxconn': '77' } },
    );
    expect(stdout).toMatch(/^\/sbin\/gantry-init -- sh/);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual(['77', '0']);
  });

  test('gets the devices asked for, and no others', async () => {
    const { stdout, stderr } = await stand.run(
      ['sh', '-c', 'ls -l /dev/hole; head -c 3 /dev/hole | wc -c; mknod /m b 8 0; head -c 1 /m'],
      { devices: ['/dev/zero:/dev/hole:r'] },
    );
    expect(stdout).toMatch(/1,\s+5 .*\/dev\/hole/);
    expect(stdout).toMatch(/^3$/m);
    expect(stderr).toMatch(/\/m: Operation not permitted/);
  });
});
