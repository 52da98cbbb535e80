import { describe, expect, it } from 'vitest';
import { type Command, defineCommand } from '../../../src/app/commands/define-command.ts';
import type { Outcome } from '../../../src/app/commands/outcome.ts';
import { GantryError } from '../../../src/base/gantry-error.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { type RecordingOptions, recordingHost } from '../../support/recording-host.ts';

async function gantry(words: string, options: RecordingOptions = {}) {
  const host = recordingHost({ engine: new FakeEngine(), ...options });
  const status = await runCli(host, words.split(' '));
  return { status, ...host.printed };
}

/** A command that answers with what the test wants. */
function answering(
  run: () => Promise<Outcome>,
  more: Partial<Command> = {},
): NonNullable<RecordingOptions['commands']> {
  const command: Command = defineCommand({
    id: 'test.try',
    verbs: ['try'],
    summary: 'Try it',
    args: {},
    options: {},
    run,
    ...more,
  });
  return [{ ...command, group: 'plain', load: async () => command }];
}

describe('a command', () => {
  it('prints a table on stdout and nothing else', async () => {
    const { status, stdout, stderr } = await gantry('ps -a');
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.split('\n')[0]).toMatch(/^CONTAINER ID {3}IMAGE .* NAMES$/);
    expect(stdout).toMatch(/Exited \(1\)/);
  });

  it('prints what went well, and an error a line for what did not', async () => {
    const { status, stdout, stderr } = await gantry('stop web nope');
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: 'web\n',
      stderr: 'gantry: No such container: nope\n',
    });
  });

  it('prints an empty array and the error for what it cannot inspect', async () => {
    const { status, stdout, stderr } = await gantry('container inspect nope');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '[]\n' });
    expect(stderr).toContain('No such');
  });

  it('follows an outcome by the next, and ends with the last status', async () => {
    const commands = answering(async () => ({
      kind: 'session',
      session: {
        tty: false,
        output: (async function* () {
          yield { stream: 'stdout', data: Buffer.from('out\n') } as const;
          yield { stream: 'stderr', data: Buffer.from('err\n') } as const;
        })(),
        write: async () => undefined,
        closeInput: async () => undefined,
        resize: async () => undefined,
        exit: Promise.resolve(7),
        [Symbol.asyncDispose]: async () => undefined,
      },
      title: 'x',
      stdin: false,
      detachKeys: new Uint8Array(),
      next: async (exitCode) => ({ kind: 'lines', lines: [`ended ${exitCode}`], exitCode: exitCode ?? 0 }),
    }));
    expect(await gantry('try', { commands })).toEqual({
      status: 7,
      stdout: 'out\nended 7\n',
      stderr: 'err\n',
    });
  });

  it('never lets control codes of an error through', async () => {
    const commands = answering(async () => {
      throw new GantryError({
        kind: 'not-found',
        code: 'x',
        message: 'no \u001b[31mred\u202e',
        hint: 'try\u0007 more',
      });
    });
    expect(await gantry('try', { commands })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'gantry: no red\ntry more\n',
    });
  });

  it('gives a program what a template names as it is, and a terminal without control codes', async () => {
    const value = 'a\u001b[31mb\u0007\nc\u202e';
    const documents = answering(async () => ({
      kind: 'documents',
      documents: [{ Value: value }],
      format: '{{.Value}}',
    }));
    const table = answering(async () => ({
      kind: 'table',
      table: {
        columns: ['Value'],
        quiet: 'Value',
        fields: { Value: { header: 'VALUE', value: () => value } },
      },
      view: { format: '{{.Value}}', quiet: false, full: false, nowMs: 0 },
      rows: [{}],
    }));
    for (const commands of [documents, table]) {
      expect((await gantry('try', { commands })).stdout).toBe(`${value}\n`);
      expect((await gantry('try', { commands, terminal: true })).stdout).toBe('ab\nc\n');
    }
  });

  it('calls a fault of ours so, and says where it came from to who asks', async () => {
    const commands = answering(async () => {
      throw new TypeError('oops');
    });
    const { status, stderr } = await gantry('try', { commands });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'gantry: oops\nThis is a fault of gantry itself; --debug shows where.\n',
    });
    expect((await gantry('try', { commands, debug: true })).stderr).toContain('run-cli.test.ts');
  });

  it('that was broken off says nothing and ends as a signal would', async () => {
    const host = recordingHost({
      engine: new FakeEngine(),
      commands: answering(async () => {
        host.signal('SIGINT');
        throw new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' });
      }),
    });
    expect(await runCli(host, ['try'])).toBe(130);
    expect(host.printed).toEqual({ stdout: '', stderr: '' });
  });

  it('that the engine cannot do is refused with the reason', async () => {
    const engine = new FakeEngine();
    engine.capabilities = { 'image.build': 'there is no builder here' };
    const { status, stderr } = await gantry('build .', { engine });
    expect(status).toBe(1);
    expect(stderr).toContain('there is no builder here');
  });
});

describe('words that do not fit', () => {
  it.each([
    ['ps --fo', 125, 'unknown flag: --fo', 'gantry ps'],
    ['run', 1, "'gantry run' requires at least 1 argument", 'gantry run'],
    ['run --gpus all web', 125, '--gpus is not supported', 'gantry run'],
    ['container stop', 1, "'gantry container stop' requires at least 1 argument", 'gantry container stop'],
  ])('%s: status %d', async (words, wanted, message, target) => {
    const { status, stdout, stderr } = await gantry(words);
    expect(status).toBe(wanted);
    expect(stdout).toBe('');
    expect(stderr).toContain(`gantry: ${message}`);
    expect(stderr).toContain(`\nUsage:  ${target}`);
    expect(stderr.endsWith(`\nRun '${target} --help' for more information\n`)).toBe(true);
  });

  it('name no command', async () => {
    expect(await gantry('pss')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        "gantry: unknown command: gantry pss\nDid you mean: gantry ps?\n\nRun 'gantry --help' for more information\n",
    });
  });
});

describe('what a person is asked', () => {
  const prune = (options: RecordingOptions) => gantry('image prune', options);

  it('lists what would go, then takes yes for yes', async () => {
    const { status, stdout, stderr } = await prune({ stdin: ['y\n'] });
    expect(stderr).toMatch(
      /^WARNING! This will remove all dangling images\.\n\n {2}deleted: sha256:\w{64}\n {2}78\.3MB would be reclaimed\n\nAre you sure you want to continue\? \[y\/N\] \n$/,
    );
    expect(stdout).toMatch(/^Deleted Images:\ndeleted: sha256:\w{64}\n\nTotal reclaimed space: 78\.3MB\n$/);
    expect(status).toBe(0);
  });

  it.each([['n\n'], [''], ['\n'], ['yesterday\n']])('takes %j for no and does nothing', async (answer) => {
    const engine = new FakeEngine();
    expect(await prune({ engine, stdin: [answer] })).toMatchObject({ status: 0, stdout: '' });
    expect(engine.imageList).toHaveLength(5);
  });

  it('is not asked with --yes, and nothing is listed with --force', async () => {
    expect((await prune({ yes: true })).stdout).toContain('Total reclaimed space: 78.3MB');
    expect(await gantry('image prune -f')).toMatchObject({ stderr: '' });
  });

  it('is not asked in a dry run, which says what would go and removes nothing', async () => {
    const engine = new FakeEngine();
    expect(await gantry('image prune --dry-run', { engine })).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^Would delete Images:\ndeleted: sha256:\w{64}\n\nTotal that would be reclaimed: 78\.3MB\n$/,
      ),
    });
    expect(engine.imageList).toHaveLength(5);
    expect((await gantry('system prune --dry-run', { engine })).stdout).toMatch(
      /^Would delete Containers:\n.*\nTotal that would be reclaimed: /s,
    );
  });

  it('may be left by a signal', async () => {
    const never = (async function* (): AsyncGenerator<Uint8Array> {
      await new Promise(() => undefined);
    })();
    const host = recordingHost({ engine: new FakeEngine(), stdin: never });
    const status = runCli(host, ['image', 'prune']);
    await expect.poll(() => host.printed.stderr).toContain('[y/N]');
    host.signal('SIGINT');
    expect(await status).toBe(130);
  });
});

describe('help', () => {
  it('lists commands in groups, each with a summary', async () => {
    const { status, stdout } = await gantry('help');
    expect(status).toBe(0);
    for (const title of ['Common Commands:', 'Management Commands:', 'Commands:', 'Global Options:']) {
      expect(stdout).toContain(`\n${title}\n`);
    }
    expect(stdout.split('\n').every((line) => line.length <= 90)).toBe(true);
  });

  it('of a noun lists its verbs', async () => {
    expect((await gantry('volume')).stdout).toMatch(
      /^Usage: {2}gantry volume COMMAND\n[\s\S]*\n {2}ls +List volumes\n/,
    );
  });

  it('of a command has usage, aliases and options', async () => {
    for (const words of ['stop --help', 'help stop', 'stop -h']) {
      const { stdout } = await gantry(words);
      expect(stdout).toMatch(/^Usage: {2}gantry stop \[OPTIONS\] CONTAINER \[CONTAINER\.\.\.\]\n/);
      expect(stdout).toContain('  gantry container stop, gantry stop\n');
      expect(stdout).toMatch(/\n {2}-t, --timeout int +Seconds to wait/);
    }
  });

  it('is there for every command', async () => {
    const { commands } = recordingHost();
    for (const { verbs } of commands) {
      for (const verb of verbs) {
        const { status, stdout } = await gantry(`${verb} --help`);
        expect(status, verb).toBe(0);
        expect(stdout, verb).toContain(`Usage:  gantry ${verb}`);
      }
    }
  });
});
