import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GantryError } from '../../../src/base/gantry-error.ts';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { makeWorld, type World } from '../../support/attacks/world.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { addPerl } from '../../support/escapes/add-perl.ts';
import { hostileImages } from '../../support/escapes/hostile-images.ts';
import { type ShellEscape, shellEscapes } from '../../support/escapes/shell-escapes.ts';
import { probeProgram, syscallNumber, syscallProbes } from '../../support/escapes/syscall-probes.ts';
import { imageUpon } from '../../support/image-upon.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';
import { finished } from '../../support/runtime-stand.ts';
import { tempFolder } from '../../support/temp-folder.ts';

let stand: ContainerStand;
let world: World;
const outside = tempFolder();

beforeAll(async () => {
  enterOwnNetworkNamespace();
  world = makeWorld(outside.path);
  stand = await containerStand();
  await busyboxImage(await stand.parts.services(), { name: 'perl', prepare: addPerl });
  await busyboxImage(await stand.parts.services(), {
    name: 'setuid',
    prepare: (root) => {
      copyFileSync(join(root, 'bin/busybox'), join(root, 'bin/busybox-as-root'));
      chmodSync(join(root, 'bin/busybox-as-root'), 0o4755);
    },
  });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  outside[Symbol.dispose]();
});

describe('from inside', () => {
  let id: string;
  let attempts: ReadonlyMap<string, Attempt>;
  beforeAll(async () => {
    process.env['GANTRY_TEST_SECRET'] = 'of the engine';
    const { dev } = statSync('/', { bigint: true });
    const [major, minor] = [(dev >> 8n) & 0xfffn, (dev & 0xffn) | ((dev >> 12n) & ~0xffn)];
    id = await stand.up({
      image: 'perl',
      env: [`PREY=${world.prey.absolute}/secret`, `DISK=${major} ${minor}`, `HOST_PID=${process.pid}`],
    });
    attempts = await tryAll(id, Object.values(shellEscapes).flat());
  });
  afterAll(() => {
    delete process.env['GANTRY_TEST_SECRET'];
    return stand.clear();
  });

  describe.each(Object.entries(shellEscapes))('%s', (_family, escapes) => {
    test.each(escapes)('nobody $name', ({ name, refusal }) => {
      const attempt = attempts.get(name);
      expect.soft(attempt?.status, attempt?.said).toBeGreaterThan(0);
      expect(attempt?.said).toMatch(refusal);
    });
  });

  test('no system call of these gets through', async () => {
    const probes = syscallProbes.filter((probe) => syscallNumber(probe) !== undefined);
    const { stdout, stderr } = await stand.exec(id, 'perl', '-e', probeProgram(probes));
    expect(stderr).toBe('');
    const answers = stdout.trim().split('\n').map(Number);
    const wrong = probes.flatMap(({ name, of, errno = [1] }, at) =>
      errno.includes(answers[at] ?? -1) ? [] : [`${name} ${of ?? ''}: ${answers[at]}`],
    );
    expect(wrong).toEqual([]);
    expect(answers).toHaveLength(probes.length);
  });
});

describe('an image with', () => {
  describe.each(Object.entries(hostileImages))('%s', (_family, images) => {
    test.each(images)('$name', async (image) => {
      const { refusal, says, command = ['id', '-u'] } = image;
      const services = await stand.parts.services();
      await imageUpon(services, services.images.resolve('busybox'), {
        name: 'hostile',
        config: image.config ?? {},
        prepare: (root) => image.prepare?.(root, world.prey.absolute),
      });
      const result = await stand
        .run(command, { image: 'hostile', env: [`PREY=${world.prey.absolute}/secret`] })
        .catch((error: GantryError) => error);
      const told = result instanceof Error ? result.message : result.stdout;
      expect.soft(world.changes('near')).toEqual([]);
      await stand.clear();
      if (refusal !== undefined) {
        expect(result).toBeInstanceOf(GantryError);
        expect(told).toMatch(refusal);
      }
      if (says !== undefined) expect(told).toMatch(says);
    });
  });
});

/** Where descriptors of the engine, its monitor and the runtime are, would one be left open (CVE-2024-21626). */
const descriptors = Array.from({ length: 14 }, (_, index) => index + 3);

describe('a working folder behind a descriptor', () => {
  const script = 'cat ../../../../../../../..$PREY 2>/dev/null || pwd';
  const env = () => [`PREY=${world.prey.absolute}/secret`];

  test('leads nowhere but into the container when one starts', async () => {
    for (const fd of descriptors) {
      const told = await stand
        .run(['sh', '-c', script], { workingDir: `/proc/self/fd/${fd}`, env: env() })
        .then(({ stdout }) => stdout, String);
      expect(told).not.toContain('secret');
    }
    await stand.clear();
  });

  test('leads nowhere but into the container when a process joins', async () => {
    const id = await stand.up();
    for (const fd of descriptors) {
      const session = stand.containers.exec(id, {
        command: ['sh', '-c', script],
        workingDir: `/proc/self/fd/${fd}`,
        env: env(),
      });
      const told = await session.then(finished).then(({ stdout }) => stdout, String);
      expect(told).not.toContain('secret');
    }
    await stand.clear();
  });
});

describe('a container that is looked into', () => {
  afterEach(() => stand.clear());

  test('cannot write to the runtime that joins it (CVE-2019-5736)', async () => {
    const script = `while :; do for p in /proc/[0-9]*; do
      case $(readlink $p/exe) in */crun|*/runc|*/conmon|*memfd*) ( : >>$p/exe ) 2>/dev/null && echo opened >/won;; esac
    done; done`;
    const id = await stand.up({ command: ['sh', '-c', script] });
    for (let times = 0; times < 6; times += 1) {
      // What it runs is, for the runtime, the runtime itself.
      await stand.exec(id, '/proc/self/exe', '--version').catch(() => undefined);
    }
    expect((await stand.exec(id, 'cat', '/won')).stdout).toBe('');
  });

  test('sends no copy out of itself by swapping a folder for a link meanwhile', async () => {
    const script = `syscall($^O && $ARGV[0], -100, "/a", -100, "/b", 2) for 1 .. 1e9`;
    const renameat2 = process.arch === 'arm64' ? '276' : '316';
    const id = await stand.up({ image: 'perl', command: ['sh', '-c', 'sleep 1000'] });
    await stand.exec(id, 'sh', '-c', `mkdir /a; ln -s ${world.prey.absolute} /b`);
    const swapping = await stand.containers.exec(id, { command: ['perl', '-e', script, renameat2] });
    writeFileSync(outside.at('target'), 'copied');
    const here = { kind: 'local', path: outside.at('target') } as const;
    const there = { kind: 'container', id, path: '/a/secret' } as const;
    for (let times = 0; times < 20; times += 1) {
      await stand.containers.copy(here, there).catch(() => undefined);
      await stand.containers.copy(there, here).catch(() => undefined);
      expect(readFileSync(outside.at('target'), 'utf8')).toBe('copied');
    }
    expect(world.changes('near')).toEqual([]);
    await swapping[Symbol.asyncDispose]();
  });

  test('that may mount has no say in what is mounted outside, nor in what joins it', async () => {
    const id = await stand.up({
      capAdd: ['SYS_ADMIN'],
      mounts: [
        {
          type: 'bind',
          source: outside.at('shared'),
          target: '/shared',
          readOnly: false,
          createSource: true,
        },
      ],
    });
    const mounting =
      'mkdir -p /shared/m; mount -t tmpfs none /shared/m && echo x >/shared/m/x && mount -t tmpfs none /proc';
    expect(await stand.exec(id, 'sh', '-c', mounting)).toMatchObject({ exitCode: 0 });
    expect(readdirSync(outside.at('shared/m'))).toEqual([]);
    const told = await stand
      .exec(id, 'sh', '-c', `cat ${world.prey.absolute}/secret; ls /proc`)
      .then(({ stdout }) => stdout, String);
    expect(told).not.toContain('secret');
  });

  test('cannot keep others from starting by what it does to its list of names', async () => {
    await createNetworks(stand.services).create('shared');
    const id = await stand.up({ network: 'shared', name: 'bully' });
    await stand.exec(id, 'sh', '-c', 'dd if=/dev/zero of=/etc/hosts bs=1M seek=3000 count=1; mknod /etc/h p');
    expect((await stand.run(['cat', '/etc/hosts'], { network: 'shared' })).stdout).toContain('bully');
  });

  test('that is nobody’s root has no rights, and gains none by a program that would give them', async () => {
    const { stdout } = await stand.run(
      [
        'sh',
        '-c',
        'grep -E "Cap(Eff|Prm|Amb)|NoNewPrivs" /proc/self/status; id -u; mknod /tmp/x c 1 3; /bin/busybox-as-root id -u',
      ],
      { user: '1000', image: 'setuid', securityOpt: ['no-new-privileges'] },
    );
    expect(stdout.match(/\b0{16}\b/g)).toHaveLength(3);
    expect(stdout).toMatch(/NoNewPrivs:\s+1\n1000\n1000\n$/);
  });
});

interface Attempt {
  readonly status: number;
  readonly said: string;
}

/** Tries them one after the other, each in a shell of its own, by one exec. */
async function tryAll(id: string, escapes: readonly ShellEscape[]): Promise<ReadonlyMap<string, Attempt>> {
  const lines = escapes.map(
    ({ script }) => `sh -c "$(cat <<'END'\n${script}\nEND\n)" 2>&1; printf '\\001%s\\002' $?`,
  );
  const { stdout } = await stand.exec(id, 'sh', '-c', lines.join('\n'));
  const told = stdout.split('\x02');
  return new Map(
    escapes.map(({ name }, at) => {
      const [said = '', status = ''] = (told[at] ?? '').split('\x01');
      return [name, { status: Number(status), said: said.trim() }];
    }),
  );
}
