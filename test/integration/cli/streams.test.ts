import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { PtyScreen } from '../../support/pty-screen.ts';
import { mustRun } from '../../support/run-program.ts';
import { until } from '../../support/until.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
  await gantry.must('run', '-d', '--name', 'box', 'busybox', 'sh', '-c', 'echo begun; exec sleep 1000');
});
afterAll(() => stand[Symbol.asyncDispose]());

const screen = (...words: readonly string[]) =>
  new PtyScreen({ argv: [...gantry.argv, ...words], env: gantry.env, columns: 80, rows: 24 });

/** Whether it has come so far that SIGINT does not simply end it: it catches SIGQUIT then, as Node alone never does. */
function heedsInterrupts(pid: number | undefined): boolean {
  // Before that it is a copy of us, which heeds them too.
  if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(gantry.root)) return false;
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & 4n) !== 0n;
}

describe('pipes', () => {
  it('carry every byte to a process and back', async () => {
    const data = randomBytes(5_000_000);
    const digest = createHash('md5').update(data).digest('hex');
    const { status, stdout } = await gantry.with({ input: data }, 'run', '-i', '--rm', 'busybox', 'md5sum');
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${digest}  -\n` });
    const shell = [...gantry.argv, 'exec', '-i', 'box', 'cat'].map((word) => `'${word}'`).join(' ');
    const back = await mustRun(['/bin/sh', '-c', `${shell} | md5sum`], { input: data, env: gantry.env });
    expect(back).toBe(`${digest}  -\n`);
  });

  it('keep stdout and stderr apart', async () => {
    const both = 'echo out; echo err >&2';
    expect(await gantry('run', '--rm', 'busybox', 'sh', '-c', both)).toEqual({
      status: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await gantry('exec', 'box', 'sh', '-c', `${both}; exit 5`)).toEqual({
      status: 5,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('are joined one by one where -a says so', async () => {
    const both = ['busybox', 'sh', '-c', 'cat; echo out; echo err >&2'];
    expect(await gantry('run', '--rm', '-a', 'stderr', ...both)).toEqual({
      status: 0,
      stdout: '',
      stderr: 'err\n',
    });
    const words = ['run', '--rm', '-i', '-a', 'stdin', '-a', 'STDOUT', ...both];
    expect(await gantry.with({ input: 'in\n' }, ...words)).toEqual({
      status: 0,
      stdout: 'in\nout\n',
      stderr: '',
    });
    expect((await gantry('run', '-d', '-a', 'stdout', 'busybox')).stderr).toContain(
      'cannot specify both --attach and --detach',
    );
    expect((await gantry('run', '-a', 'all', 'busybox')).stderr).toContain(
      'valid streams are STDIN, STDOUT and STDERR',
    );
    expect((await gantry('run', '-a', 'stdin', 'busybox')).stderr).toContain(
      '-a stdin alone is not supported',
    );
  });

  it.each([
    ['load', []],
    ['load', Buffer.alloc(100_000)],
    ['import - x:1', Buffer.alloc(100_000)],
    ['build -', []],
    ['login -u me --password-stdin 127.0.0.1:1', []],
  ] as const)('that fall silent are left at once: %s', async (words, said) => {
    const [program = '', ...args] = [...gantry.argv, ...words.split(' ')];
    const child = spawn(program, args, { env: { ...process.env, ...gantry.env }, stdio: 'pipe' });
    child.stdin.write(Buffer.from(said));
    const ended = once(child, 'exit');
    await until(() => heedsInterrupts(child.pid));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  });

  it.each([
    ['without a writer', false],
    ['whose writer says nothing', true],
  ])('that have a name are loaded, and left at once %s', async (_, hasWriter) => {
    const [pipe, file] = [stand.root.at(`pipe-${hasWriter}`), stand.root.at('box.tar')];
    await mustRun(['mkfifo', pipe]);
    const [program = '', ...args] = [...gantry.argv, 'load', '-i', pipe];
    const child = spawn(program, args, { env: { ...process.env, ...gantry.env }, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await until(() => heedsInterrupts(child.pid));
    const writer = hasWriter ? await open(pipe, 'w') : undefined;
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    await writer?.close();
    await gantry.must('save', '-o', file, 'busybox');
    const shell = [...gantry.argv, 'load', '-q', '-i', pipe].map((word) => `'${word}'`).join(' ');
    const loaded = await mustRun(['/bin/sh', '-c', `cat '${file}' >'${pipe}' & ${shell}`], {
      env: gantry.env,
    });
    expect(loaded).toBe('Loaded image: busybox:latest\n');
  });

  it('may be closed by their reader without a word', async () => {
    const line = (words: string) => `${gantry.argv.join(' ')} ${words}; echo "status $?" >&2`;
    const pipe = (words: string, reader: string) =>
      mustRun(['/bin/sh', '-c', `{ { ${line(words)}; } 2>&3 | ${reader} >/dev/null; } 3>&1`], {
        env: gantry.env,
      });
    expect(await pipe('run --rm --init busybox yes', 'head -n 1')).toBe('status 141\n');
    expect(await pipe('exec box yes', 'head -n 1')).toBe('status 141\n');
    const running = (await gantry.must('ps', '-q', '--filter', 'ancestor=busybox')).trim().split('\n');
    await gantry.must('rm', '-f', ...running.filter((id) => id !== '' && !id.startsWith('box')).slice(0, -1));
  });
});

describe('a terminal', () => {
  it('belongs to the process, with its size, until it ends', async () => {
    await using pty = screen('run', '-it', '--rm', 'busybox', 'sh');
    await pty.shows('/ #');
    pty.type('stty size; tty\r');
    await pty.shows('24 80');
    pty.resize(101, 33);
    await until(async () => {
      pty.type('stty size\r');
      return (await pty.shows(/\d+ \d+/)).includes('33 101');
    });
    pty.type('exit 9\r');
    expect(await pty.exit()).toBe(9);
  });

  it('is left by ctrl-p ctrl-q, and joined again', async () => {
    await using pty = screen('run', '-it', '--name', 'left', 'busybox', 'sh');
    await pty.shows('/ #');
    pty.type('X=kept\r\u0010\u0011');
    await pty.shows('read escape sequence');
    expect(await pty.exit()).toBe(0);
    await using again = screen('attach', 'left');
    again.type('\recho $X\r');
    await again.shows('kept');
    again.type('exit 3\r');
    expect(await again.exit()).toBe(3);
    await gantry.must('rm', 'left');
  });

  it('has a shell in one word', async () => {
    await using pty = screen('shell', 'box');
    await pty.shows('/ #');
    pty.type('exit\r');
    expect(await pty.exit()).toBe(0);
  });

  it('is wanted by a process with one', async () => {
    const { status, stderr } = await gantry('run', '-it', '--rm', 'busybox', 'sh');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^gantry: the input device is not a TTY\n/);
  });

  it('breaks off what follows a log, and a question, with ctrl-c', async () => {
    await using logs = screen('logs', '-f', 'box');
    await logs.shows('begun');
    logs.type('\u0003');
    expect(await logs.exit()).toBe(130);
    await gantry.must('create', '--name', 'idle', 'busybox');
    await using prune = screen('container', 'prune');
    expect(await prune.shows('[y/N]')).toContain('idle  busybox');
    prune.type('\u0003');
    expect(await prune.exit()).toBe(130);
    await gantry.must('rm', 'idle');
  });

  it('shows statistics that change in place', async () => {
    await using pty = screen('stats');
    await pty.shows(/NAME +CPU %[\s\S]*box +0\.\d\d%/);
    pty.type('\u0003');
    expect(await pty.exit()).toBe(130);
  });
});

describe('signals', () => {
  it('reach the process of a foreground run, whose status tells what became of it', async () => {
    const script = 'trap "echo caught; exit 42" TERM; echo ready; while :; do sleep 0.05; done';
    const [program = '', ...args] = [...gantry.argv, 'run', '--rm', 'busybox', 'sh', '-c', script];
    const child = spawn(program, args, {
      env: { ...process.env, ...gantry.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until(() => said.includes('ready'));
    child.kill('SIGTERM');
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect({ status, said }).toEqual({ status: 42, said: 'ready\ncaught\n' });
  });

  it('end a client at a terminal by themselves, and leave the process alone', async () => {
    await gantry.must('run', '-dit', '--name', 'kept', 'busybox', 'sh');
    await using pty = screen('attach', 'kept');
    pty.type('echo $((40 + 2))\r');
    await pty.shows('42');
    process.kill(pty.pid, 'SIGTERM');
    expect(await pty.exit()).toBe(143);
    expect(pty.emulator.text()).not.toContain('escape sequence');
    expect(await gantry.must('inspect', '-f', '{{.State.Status}}', 'kept')).toBe('running\n');
    await gantry.must('rm', '-f', 'kept');
  });
});
