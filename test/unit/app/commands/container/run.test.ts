import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../../../src/app/commands/command-context.ts';
import { containerCreate } from '../../../../../src/app/commands/container/create.ts';
import { containerRun } from '../../../../../src/app/commands/container/run.ts';
import type { Command } from '../../../../../src/app/commands/define-command.ts';
import type { Outcome } from '../../../../../src/app/commands/outcome.ts';
import { parseInput } from '../../../../../src/app/commands/parse/parse-input.ts';
import { GantryError } from '../../../../../src/base/gantry-error.ts';
import type { AttachOptions, ContainerSpec } from '../../../../../src/engine/containers.ts';
import type { Session } from '../../../../../src/engine/session.ts';
import { FakeEngine, fakeNow } from '../../../../support/fake-engine.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

/** What the engine was asked for. */
interface Asked {
  spec?: ContainerSpec;
  attach?: AttachOptions;
  started?: boolean;
  pulled?: string;
  signals: string[];
  waited?: boolean;
}

interface Stand {
  /** Whether the image is here already. */
  readonly here?: boolean;
  readonly entrypoint?: readonly string[];
  readonly cwd?: string;
  readonly terminal?: boolean;
}

const id = 'f'.repeat(64);

async function call(command: Command, line: string, stand: Stand = {}) {
  const asked: Asked = { signals: [] };
  let here = stand.here ?? true;
  const missing = () => {
    throw new GantryError({
      kind: 'not-found',
      code: 'image-not-found',
      message: 'No such image: web:latest',
    });
  };
  const engine = new FakeEngine();
  const [image] = engine.imageList;
  engine.images.inspect = async () => {
    if (!here) missing();
    const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } } as const;
    const entrypoint = stand.entrypoint === undefined ? {} : { Entrypoint: stand.entrypoint };
    return { ...image!, layerDetails: [], config: { ...config, config: entrypoint } };
  };
  engine.containers.create = async (spec) => {
    if (!here) missing();
    asked.spec = spec;
    return { id, warnings: [] };
  };
  engine.containers.start = async () => {
    asked.started = true;
  };
  engine.containers.startAttached = async (_id, options) => {
    asked.attach = options;
    return { tty: asked.spec?.tty ?? false } as Session;
  };
  engine.containers.kill = async (_id, options) => {
    asked.signals.push(options?.killSignal ?? '');
  };
  engine.containers.wait = async () => {
    asked.waited = true;
    return 0;
  };
  const pull = engine.images.pull;
  engine.images.pull = (reference, options) => {
    asked.pulled = reference;
    here = true;
    return pull(reference, options);
  };
  const ctx: CommandContext = {
    engine,
    signal: new AbortController().signal,
    cwd: stand.cwd ?? '/home/me',
    env: { HERE: 'yes' },
    io: {
      stdin: (async function* () {})(),
      stdinIsTerminal: stand.terminal ?? false,
      stdoutIsTerminal: stand.terminal ?? false,
      size: stand.terminal === true ? { columns: 80, rows: 24 } : undefined,
    },
    now: () => fakeNow,
  };
  const parsed = parseInput(command, line.split(' '), 'run');
  if (parsed.help) throw new Error('help');
  const outcome: Outcome = await command.run(ctx, parsed.input);
  return { asked, outcome };
}

const run = (line: string, stand?: Stand) => call(containerRun, line, stand);

describe('run', () => {
  it('asks the engine for what the options say', async () => {
    const { asked } = await run(
      '-d --name web -p 8080:80 -e A=1 -e HERE -e GONE -v ./src:/src -w /src -u 7:8 --label x=y -m 64m --cpus 1.5 --restart on-failure:3 --network back --cap-add NET_ADMIN --read-only --init --shm-size 1m --ulimit nofile=5 --stop-timeout -1 --entrypoint /x --add-host a:10.0.0.1 --health-cmd true --log-opt max-size=1m --sysctl a.b=1 web:1 cmd -a',
    );
    expect(asked.spec).toMatchObject({
      image: 'web:1',
      name: 'web',
      command: ['cmd', '-a'],
      entrypoint: ['/x'],
      env: ['A=1', 'HERE=yes'],
      user: '7:8',
      workingDir: '/src',
      labels: { x: 'y' },
      ports: [{ protocol: 'tcp', containerPort: 80, hostPort: 8080, hostAddress: '' }],
      mounts: [{ type: 'bind', source: '/home/me/src', target: '/src' }],
      resources: {
        memoryBytes: 64 * 1024 ** 2,
        cpus: 1.5,
        shmSizeBytes: 1024 ** 2,
        ulimits: [{ name: 'nofile' }],
      },
      restart: { name: 'on-failure', maximumRetries: 3 },
      network: 'back',
      capAdd: ['NET_ADMIN'],
      readOnlyRootfs: true,
      init: true,
      stopTimeout: -1,
      extraHosts: ['a:10.0.0.1'],
      healthcheck: { Test: ['CMD-SHELL', 'true'] },
      logOptions: { 'max-size': '1m' },
      sysctls: { 'a.b': '1' },
    });
    expect(asked.started).toBe(true);
  });

  it('asks for nothing the options do not say', async () => {
    const { asked } = await run('-d web');
    expect(asked.spec).toMatchObject({
      command: undefined,
      entrypoint: undefined,
      name: undefined,
      user: undefined,
    });
    expect(asked.spec).toMatchObject({
      ports: [],
      mounts: [],
      autoRemove: false,
      tty: false,
      openStdin: false,
    });
  });

  it('prints the ID when it runs in the background', async () => {
    expect((await run('-d web')).outcome).toMatchObject({ kind: 'lines', lines: [id] });
  });

  it('joins the process, passes signals on and takes its status', async () => {
    const { asked, outcome } = await run('-i web');
    if (outcome.kind !== 'session') throw new Error(outcome.kind);
    expect(asked.attach).toMatchObject({ stdin: true, size: undefined });
    expect([...outcome.detachKeys]).toEqual([16, 17]);
    await outcome.forwardSignal?.('SIGTERM');
    expect(asked.signals).toEqual(['TERM']);
    expect(await outcome.next(7)).toEqual({ kind: 'none', exitCode: 7 });
    expect(await outcome.next(undefined)).toEqual({ kind: 'none' });
    expect(asked.waited).toBeUndefined();
  });

  it('waits for the removal of what goes when it ends', async () => {
    const { asked, outcome } = await run('--rm web');
    if (outcome.kind !== 'session') throw new Error(outcome.kind);
    await outcome.next(0);
    expect(asked).toMatchObject({ waited: true, spec: { autoRemove: true } });
  });

  it('gives a terminal its size, and wants one of ours for it', async () => {
    expect((await run('-it web', { terminal: true })).asked.attach).toMatchObject({ size: { columns: 80 } });
    await expect(run('-it web')).rejects.toThrow('the input device is not a TTY');
    expect((await run('-t web')).asked.spec?.tty).toBe(true);
    expect((await run('-dit web')).asked.started).toBe(true);
  });

  it('pulls what is not here, and says so', async () => {
    const { asked, outcome } = await run('-d web', { here: false });
    if (outcome.kind !== 'transfer') throw new Error(outcome.kind);
    expect(outcome).toMatchObject({ opening: "Unable to find image 'web:latest' locally", stream: 'stderr' });
    expect(asked).toMatchObject({ pulled: 'web' });
    expect(await outcome.next()).toMatchObject({ kind: 'lines', lines: [id] });
  });

  it('pulls always, never, or refuses another wish', async () => {
    expect((await run('--pull always -d web')).outcome).toMatchObject({
      kind: 'transfer',
      opening: undefined,
    });
    await expect(run('--pull=never -d web', { here: false })).rejects.toThrow('No such image: web:latest');
    await expect(run('--pull=maybe -d web')).rejects.toThrow("invalid pull option: 'maybe'");
  });

  it('refuses what does not go together', async () => {
    await expect(run('--rm --restart always web')).rejects.toThrow('cannot specify both --restart and --rm');
    await expect(run('--detach-keys ctrl-1 -d web')).rejects.toThrow('invalid detach keys');
  });

  it('writes the ID where it was told to, once', async () => {
    using folder = tempFolder();
    await run('-d --cidfile cid web', { cwd: folder.path });
    expect(readFileSync(folder.at('cid'), 'utf8')).toBe(id);
    await expect(run('-d --cidfile cid web', { cwd: folder.path })).rejects.toThrow(
      'container ID file found',
    );
  });
});

describe('run with options after the image', () => {
  it('takes them, with a hint about the order, where the image has no entrypoint', async () => {
    const { asked, outcome } = await run('--name a web -d -p 80:80 -e B=2 --name=b');
    expect(asked.spec).toMatchObject({
      name: 'b',
      command: undefined,
      env: ['B=2'],
      ports: [{ hostPort: 80 }],
    });
    expect(outcome).toMatchObject({
      kind: 'lines',
      warnings: [expect.stringContaining('The usual order is')],
    });
    const interactive = await run('web -it --rm', { terminal: true });
    expect(interactive.asked.spec).toMatchObject({ tty: true, openStdin: true, autoRemove: true });
  });

  it('leaves them to an entrypoint', async () => {
    const { asked, outcome } = await run('-d web -d', { entrypoint: ['/tool'] });
    expect(asked.spec?.command).toEqual(['-d']);
    expect(outcome.warnings).toEqual([]);
    const replaced = await run('--entrypoint /x -d web -d');
    expect(replaced.asked.spec?.command).toBeUndefined();
  });

  it('leaves words that are not all options to the container', async () => {
    for (const words of ['sh -d', '-d sh', '-l', '--nope', '-d --']) {
      expect((await run(`-d web ${words}`)).asked.spec?.command).toEqual(words.split(' '));
    }
  });

  it('takes all for the command after a double dash', async () => {
    expect((await run('-d web -- -d')).asked.spec?.command).toEqual(['-d']);
  });

  it('pulls before it looks at the entrypoint', async () => {
    const { asked, outcome } = await run('web -d', { here: false });
    if (outcome.kind !== 'transfer') throw new Error(outcome.kind);
    expect(asked.spec).toBeUndefined();
    expect(await outcome.next()).toMatchObject({
      lines: [id],
      warnings: [expect.stringContaining('usual order')],
    });
  });
});

describe('create', () => {
  it('starts nothing', async () => {
    const { asked, outcome } = await call(containerCreate, '--name web web:1 cmd');
    expect(outcome).toMatchObject({ kind: 'lines', lines: [id] });
    expect(asked).toMatchObject({ spec: { command: ['cmd'] } });
    expect(asked.started).toBeUndefined();
  });
});

describe('files of the caller', () => {
  it('are read from where they are', async () => {
    using folder = tempFolder();
    writeFileSync(folder.at('env'), 'A=1\n');
    writeFileSync(folder.at('labels'), 'x=y\nz\n');
    const { asked } = await run(
      '-d --env-file env --label-file labels -l z=1 --security-opt seccomp=p.json web',
      {
        cwd: folder.path,
      },
    );
    expect(asked.spec).toMatchObject({
      env: ['A=1'],
      labels: { x: 'y', z: '1' },
      securityOpt: [`seccomp=${folder.at('p.json')}`],
    });
    expect(existsSync(folder.at('p.json'))).toBe(false);
  });
});
