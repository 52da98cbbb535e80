import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExecSpec } from '../../../src/engine/containers.ts';
import type { Session } from '../../../src/engine/session.ts';
import { finished, RuntimeStand, type StandContainer } from '../../support/runtime-stand.ts';
import { until } from '../../support/until.ts';

describe.each(['crun', 'runc'] as const)('a process run in a container of %s', (kind) => {
  let stand: RuntimeStand;
  let container: StandContainer;
  beforeAll(async () => {
    stand = new RuntimeStand(kind);
    container = await stand.start({ command: ['sleep', '1000'], env: ['COLOUR=red'], workingDir: '/tmp' });
  });
  afterAll(async () => {
    await stand.runtime.delete(container.id, container.dir, { force: true });
    await until(() => stand.leftovers().length === 0).catch(() => expect(stand.leftovers()).toEqual([]));
    await stand[Symbol.asyncDispose]();
  });
  const exec = (spec: ExecSpec): Promise<Session> =>
    stand.runtime.exec(container.id, container.dir, undefined, spec);

  test('has its own streams and status, and the environment of the container', async () => {
    const session = await exec({
      command: ['sh', '-c', 'echo $COLOUR $EXTRA; pwd; echo oops >/dev/stderr; exit 9'],
      env: ['EXTRA=1'],
    });
    expect(await finished(session)).toEqual({ exitCode: 9, stdout: 'red 1\n/tmp\n', stderr: 'oops\n' });
  });

  test('may be another user, elsewhere', async () => {
    const session = await exec({
      command: ['sh', '-c', 'id -un; echo $HOME; pwd'],
      user: 'joe',
      workingDir: '/etc',
    });
    expect((await finished(session)).stdout).toBe('joe\n/home/joe\n/etc\n');
    await expect(exec({ command: ['id'], user: 'ghost' })).rejects.toMatchObject({ code: 'no-such-user' });
  });

  test('reads input to its end', async () => {
    const session = await exec({ command: ['wc', '-c'], stdin: true });
    await session.write(Buffer.alloc(300_000));
    await session.closeInput();
    expect((await finished(session)).stdout).toBe('300000\n');
    await expect(session.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'input-closed' });
  });

  test('says why it cannot start, with the status Docker gives', async () => {
    let said = '';
    const failure = async (command: string): Promise<unknown> => {
      const session = await exec({ command: [command] });
      for await (const { data } of session.output) said += Buffer.from(data).toString();
      return session.exit;
    };
    await expect(failure('nothing-of-the-kind')).rejects.toMatchObject({
      kind: 'start',
      exitCode: 127,
      message: expect.stringContaining(
        'exec: "nothing-of-the-kind": executable file not found in $PATH: unknown',
      ),
    });
    await expect(failure('/etc/passwd')).rejects.toMatchObject({ kind: 'start', exitCode: 126 });
    expect(said).toBe('');
    const terminal = async (): Promise<unknown> =>
      finished(await exec({ command: ['nothing-of-the-kind'], tty: true, stdin: true }));
    await expect(terminal()).rejects.toMatchObject({ kind: 'start', exitCode: 127 });
  });

  test('has a terminal that can be typed at, interrupted and resized', async () => {
    const session = await exec({
      command: [
        'sh',
        '-c',
        // The first size comes when it runs already: it is not the change that is waited for.
        'until [ "$(stty size)" = "40 100" ]; do sleep 0.05; done; trap "stty size; exit 4" WINCH; echo ready; while :; do sleep 0.05; done',
      ],
      tty: true,
      stdin: true,
      size: { rows: 40, columns: 100 },
    });
    let text = '';
    for await (const { stream, data } of session.output) {
      expect(stream).toBe('stdout');
      text += Buffer.from(data).toString();
      if (text.endsWith('ready\r\n')) await session.resize({ rows: 11, columns: 22 });
    }
    expect(text).toContain('11 22\r\n');
    expect(await session.exit).toBe(4);

    const shell = await exec({ command: ['sh', '-i'], tty: true, stdin: true });
    await shell.write(Buffer.from('echo $((6*7)); tty; exit 6\n'));
    const { stdout, exitCode } = await finished(shell);
    expect(stdout).toContain('42\r\n');
    expect(stdout).toContain('/dev/pts/');
    expect(exitCode).toBe(6);

    const waiting = await exec({ command: ['sh', '-c', 'echo on; cat; echo never'], tty: true, stdin: true });
    const seen = waiting.output[Symbol.asyncIterator]();
    await seen.next();
    await waiting.write(Buffer.from('\x03'));
    while ((await seen.next()).done !== true);
    expect(await waiting.exit).toBe(130);
  });

  test('in the background is left alone once it has begun, and said to be missing when it has not', async () => {
    const folders = () => readdirSync(container.dir).filter((name) => name.startsWith('exec-'));
    const session = await exec({
      command: ['sh', '-c', 'echo lost; readlink /proc/self/fd/1; touch /tmp/begun; exec sleep 4242'],
      detach: true,
    });
    expect(await finished(session)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    await until(
      async () => (await finished(await exec({ command: ['test', '-e', '/tmp/begun'] }))).exitCode === 0,
    );
    const { stdout } = await finished(await exec({ command: ['sh', '-c', 'ps | grep -c "[s]leep 4242"'] }));
    expect(stdout).toBe('1\n');
    for (const [command, exitCode] of [
      ['/no/such', 127],
      ['no-such', 127],
      ['/etc/passwd', 126],
      ['/tmp', 126],
    ] as const) {
      await expect(exec({ command: [command], detach: true })).rejects.toMatchObject({
        kind: 'start',
        exitCode,
        message: expect.stringContaining('OCI runtime exec failed'),
      });
    }
    expect(folders()).toHaveLength(1);
    await (await exec({ command: ['sleep', '0.1'], detach: true, tty: true }))[Symbol.asyncDispose]();
    const killing = "kill $(ps | awk '/[s]leep 4242/ { print $1 }')";
    await finished(await exec({ command: ['sh', '-c', killing] }));
    await until(() => folders().length === 0);
  });

  test.each([false, true])('goes on when we leave it (terminal: %s)', async (tty) => {
    const marker = `/tmp/left-${tty}`;
    const session = await exec({
      command: [
        'sh',
        '-c',
        `trap '' HUP; echo up; until [ -e /tmp/go-${tty} ]; do sleep 0.05; done; touch ${marker}`,
      ],
      tty,
      stdin: true,
    });
    await session.output[Symbol.asyncIterator]().next();
    await session[Symbol.asyncDispose]();
    await expect(session.exit).rejects.toMatchObject({ code: 'session-left' });
    await finished(await exec({ command: ['touch', `/tmp/go-${tty}`] }));
    await until(async () => (await finished(await exec({ command: ['ls', marker] }))).exitCode === 0);
  });

  test('passes on a hundred thousand lines whole', async () => {
    const { stdout } = await finished(await exec({ command: ['seq', '100000'] }));
    expect(stdout.length).toBe(588_895);
    expect(stdout.endsWith('99999\n100000\n')).toBe(true);
  });

  test('leaves no folder behind', async () => {
    await until(() => readdirSync(container.dir).every((name) => !name.startsWith('exec-')));
  });
});
