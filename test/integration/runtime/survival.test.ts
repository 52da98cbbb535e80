import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupFolders } from '../../../src/core/host/cgroups/cgroup-folders.ts';
import { setLinkUp } from '../../../src/core/host/netlink/links.ts';
import { NetlinkSocket } from '../../../src/core/host/netlink/netlink-socket.ts';
import { withNetworkNamespace } from '../../../src/core/host/network-namespace.ts';
import { commandLine, finished, RuntimeStand } from '../../support/runtime-stand.ts';
import { startScript } from '../../support/script-process.ts';
import { until } from '../../support/until.ts';

const engineOfAnother = `
const [kind, dir, root] = process.argv.slice(1);
const { openRuntime } = await import('SRC/core/runtime/open-runtime.ts');
const { processConfig } = await import('SRC/core/runtime/spec/process-config.ts');
const runtime = openRuntime({ run: root + '/run', cache: root + '/cache' }, { prefer: kind });
const id = dir.split('/').at(-1);
const spec = { image: 'x', command: ['sh', '-c', 'echo alive; read line; echo got $line; exit 21'], tty: true, openStdin: true };
const made = await runtime.containerSpec({
  id, spec, process: processConfig(spec, undefined), hostname: 'h', network: 'own', mounts: [],
});
const started = await runtime.create({
  id, name: 'x', dir, spec: made, tty: true, openStdin: true, logPath: dir + '/log',
  rootfs: { kind: 'overlay', lower: [root + '/root'], upper: dir + '/upper', work: dir + '/work', folder: undefined },
  exitCommand: ['/bin/sh', '-c', 'echo ended > ' + dir + '/exit-command'],
  network: 'new',
  configureNetwork: process.argv[4] === 'die' ? async () => process.kill(process.pid, 'SIGKILL') : undefined,
});
if (process.argv[4] !== 'created') await runtime.start(id);
console.log(JSON.stringify(started));
setInterval(() => undefined, 1000);
`;

describe.each(['crun', 'runc'] as const)('a container of %s', (kind) => {
  let stand: RuntimeStand;
  beforeAll(() => {
    stand = new RuntimeStand(kind);
  });
  afterAll(async () => {
    await until(() => stand.leftovers().length === 0).catch(() => expect(stand.leftovers()).toEqual([]));
    await stand[Symbol.asyncDispose]();
  });

  test('outlives the gantry that started it, which was killed, and serves another', async () => {
    const { id, dir } = stand.place();
    const other = startScript(engineOfAnother, [kind, dir, stand.folder.path]);
    const process = JSON.parse(await other.line());
    await other.kill();

    expect(stand.runtime.alive(process)).toBe(true);
    const session = await stand.runtime.attach(id, dir, { tty: true, stdin: true });
    await session.write(Buffer.from('hello\n'));
    const { stdout, exitCode } = await finished(session);
    expect(stdout).toContain('got hello');
    expect(exitCode).toBe(21);
    await stand.runtime.waitExit(id, dir, process);
    expect(stand.runtime.exitStatus(id, dir)).toMatchObject({ exitCode: 21 });
    expect(stand.runtime.alive(process)).toBe(false);
    expect(readFileSync(join(dir, 'log'), 'utf8')).toContain('alive');
    await until(() => existsSync(join(dir, 'exit-command')));
    await stand.runtime.delete(id, dir);
  });

  test('that was created but never started is cleared away by the next start', async () => {
    const { id, dir } = stand.place();
    const other = startScript(engineOfAnother, [kind, dir, stand.folder.path, 'created']);
    const left = JSON.parse(await other.line());
    await other.kill();
    expect(stand.runtime.alive(left)).toBe(true);

    const again = startScript(engineOfAnother, [kind, dir, stand.folder.path]);
    const process = JSON.parse(await again.line());
    await again.kill();
    expect(stand.runtime.alive(left)).toBe(false);
    expect(stand.runtime.alive(process)).toBe(true);
    await stand.runtime.delete(id, dir, { force: true });
    expect(stand.runtime.alive(process)).toBe(false);
  });

  test('leaves nothing behind when gantry is killed while it is being made', async () => {
    const { id, dir } = stand.place();
    const other = startScript(engineOfAnother, [kind, dir, stand.folder.path, 'die']);
    expect(await other.end()).toBe(-1);
    const left = (): boolean =>
      readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(id)) ||
      cgroupFolders(`/gantry/${id}`).some((path) => existsSync(path));
    await until(() => !left());
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(id);
  });

  test('is made beside others at the same time', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map((number) => stand.run(['sh', '-c', `hostname > /who; cat /who; exit ${number}`])),
    );
    expect(results.map(({ exitCode }) => exitCode)).toEqual([1, 2, 3, 4]);
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(4);
  });

  test('lives on without its monitor; what it ends with is then not known', async () => {
    const { id, dir, process: started, session } = await stand.start({ command: ['sleep', '1000'] });
    process.kill(started.monitorPid, 'SIGKILL');
    for await (const _ of session.output);
    expect(stand.runtime.alive(started)).toBe(true);
    await expect(session.exit).rejects.toMatchObject({ code: 'exit-status-lost' });
    const ended = stand.runtime.waitExit(id, dir, started);
    await stand.runtime.kill(id, 9);
    await ended;
    expect(stand.runtime.exitStatus(id, dir)).toBeUndefined();
    await stand.runtime.delete(id, dir);
  });

  test('can be run again in the same folder, and its old status is not taken for the new', async () => {
    const first = await stand.create({ command: ['sh', '-c', 'exit 3'] });
    await stand.runtime.start(first.id);
    await stand.runtime.waitExit(first.id, first.dir, first.process);
    expect(stand.runtime.exitStatus(first.id, first.dir)?.exitCode).toBe(3);
    await expect(
      stand.create(
        { command: ['nothing-of-the-kind'] },
        { launch: { id: first.id, dir: first.dir }, request: { id: first.id } },
      ),
    ).rejects.toMatchObject({ exitCode: 127 });
    expect(stand.runtime.exitStatus(first.id, first.dir)).toBeUndefined();
    await stand.runtime.delete(first.id, first.dir);
  });

  test('whose network cannot be set up is taken back whole', async () => {
    await expect(
      stand.create(
        { command: ['sleep', '1000'] },
        {
          launch: {
            configureNetwork: async (path) => {
              expect(existsSync(path)).toBe(true);
              throw new Error('no address left');
            },
          },
        },
      ),
    ).rejects.toThrow('no address left');
    expect(stand.leftovers()).toEqual([]);
  });

  test('has the network made for it, and lends it to another', async () => {
    let configured = 0;
    const {
      id,
      dir,
      process: started,
    } = await stand.start(
      { command: ['sleep', '1000'], sysctls: { 'net.core.somaxconn': '99' } },
      {
        launch: {
          configureNetwork: async (path) => {
            withNetworkNamespace(path, () => {
              using socket = new NetlinkSocket('route');
              setLinkUp(socket, 1);
            });
            configured += 1;
          },
        },
      },
    );
    expect(configured).toBe(1);
    const joined = await stand.run(
      ['sh', '-c', 'ip addr show lo; cat /proc/sys/net/core/somaxconn'],
      {},
      {
        launch: { network: { join: `/proc/${started.pid}/ns/net` } },
        request: { network: 'joined', hostname: 'joined' },
      },
    );
    expect(joined.stdout).toContain('127.0.0.1/8');
    expect(joined.stdout).toMatch(/99\n$/);
    await stand.runtime.delete(id, dir, { force: true });
  });

  test("shares the host's network when asked to", async () => {
    const { stdout } = await stand.run(
      ['readlink', '/proc/self/ns/net'],
      {},
      { launch: { network: undefined }, request: { network: 'host' } },
    );
    expect(stdout.trim()).toBe(readlinkSync('/proc/self/ns/net'));
  });

  test('keeps descriptors given to its monitor open until it ends', async () => {
    const file = stand.folder.at('held');
    const fd = openSync(file, 'w');
    const {
      id,
      dir,
      process: started,
    } = await stand.start(
      { command: ['sh', '-c', 'ls -l /proc/self/fd; sleep 1000'] },
      { launch: { heldDescriptors: [fd] } },
    );
    closeSync(fd);
    const held = readdirSync(`/proc/${started.monitorPid}/fd`).map((name) =>
      readlinkSync(`/proc/${started.monitorPid}/fd/${name}`),
    );
    expect(held).toContain(file);
    await until(() => readFileSync(`${dir}/container.log`, 'utf8').includes('/proc'));
    expect(readFileSync(`${dir}/container.log`, 'utf8')).not.toContain('held');
    await stand.runtime.delete(id, dir, { force: true });
  });

  test('keeps nothing of its output when there is no log', async () => {
    const { id, dir, session } = await stand.start(
      { command: ['echo', 'x'] },
      { launch: { logPath: undefined } },
    );
    expect(await finished(session)).toMatchObject({ stdout: 'x\n', exitCode: 0 });
    expect(existsSync(`${dir}/container.log`)).toBe(false);
    await stand.runtime.delete(id, dir);
  });

  test('tells what it is', async () => {
    expect(await stand.runtime.describe()).toMatch(new RegExp(`^${kind} \\d+\\.\\d+`));
  });
});
