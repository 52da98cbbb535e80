import { mkdirSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseAttachPacket } from '../../../../../src/core/runtime/conmon/attach-packets.ts';
import { resizeTerminal } from '../../../../../src/core/runtime/conmon/control-pipe.ts';
import {
  clearExitStatus,
  exitFolder,
  readExitStatus,
  waitForExitStatus,
} from '../../../../../src/core/runtime/conmon/exit-files.ts';
import {
  monitorArguments,
  monitorEnvironment,
} from '../../../../../src/core/runtime/conmon/monitor-arguments.ts';
import { parseSyncMessage, syncMessages } from '../../../../../src/core/runtime/conmon/sync-messages.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const plain = {
  id: 'ID',
  name: 'web',
  bundle: '/b',
  runtimePath: '/usr/bin/crun',
  runtimeOptions: ['--root=/run/x'],
  pidFile: '/b/pid',
  monitorPidFile: '/b/monitor.pid',
  exitDir: '/b/exit',
  logPath: '/b/log',
  tty: false,
  openStdin: false,
  keepStdinOpen: false,
  exitCommand: undefined,
};

test('the monitor has its console socket in the bundle, where it works', () => {
  expect(monitorEnvironment(false)).toMatchObject({ TMPDIR: '.' });
});

describe('arguments of the monitor', () => {
  test('name container, runtime and files', () => {
    expect(monitorArguments(plain).join(' ')).toBe(
      '--api-version 1 -c ID -u ID -n web -r /usr/bin/crun --runtime-arg=--root=/run/x -b /b --full-attach ' +
        '-p /b/pid --conmon-pidfile /b/monitor.pid --exit-dir /b/exit -l k8s-file:/b/log --log-level error --no-sync-log',
    );
  });

  test('tell of terminal, input, log size and what to run at the end', () => {
    const words = monitorArguments({
      ...plain,
      tty: true,
      openStdin: true,
      keepStdinOpen: true,
      exitCommand: ['/gantry', 'clean-up', '--id=-x'],
    }).join(' ');
    expect(words).toContain('-t -i --leave-stdin-open');
    expect(words).toContain('--exit-command /gantry --exit-command-arg clean-up --exit-command-arg --id=-x');
    expect(monitorArguments({ ...plain, logPath: undefined })).toContain('none');
    expect(monitorArguments({ ...plain, execProcess: '/p.json' }).slice(-4)).toEqual([
      '-e',
      '--exec-attach',
      '--exec-process-spec',
      '/p.json',
    ]);
  });
});

describe('messages of the monitor', () => {
  test('are numbers, with a complaint when negative', () => {
    expect(parseSyncMessage('{"data":42}')).toEqual({ data: 42, message: undefined });
    expect(parseSyncMessage('{"data":-1,"message":"no"}')).toEqual({ data: -1, message: 'no' });
    for (const line of ['', 'x', 'null', '[]', '{}', '{"data":"1"}']) {
      expect(parseSyncMessage(line)).toBeUndefined();
    }
  });

  test('come from any cut of the bytes', async () => {
    const stream = Readable.from([
      Buffer.from('{"da'),
      Buffer.from('ta":1}\nrubbish\n{"data":'),
      Buffer.from('2}'),
    ]);
    const numbers: number[] = [];
    for await (const { data } of syncMessages(stream)) numbers.push(data);
    expect(numbers).toEqual([1, 2]);
  });
});

test('a packet of the attach socket says its stream', () => {
  expect(parseAttachPacket(Uint8Array.of(2, 104, 105))).toEqual({
    stream: 'stdout',
    data: Uint8Array.of(104, 105),
  });
  expect(parseAttachPacket(Uint8Array.of(3, 33))?.stream).toBe('stderr');
  expect(parseAttachPacket(Uint8Array.of(9, 33))).toBeUndefined();
  expect(parseAttachPacket(Uint8Array.of(2))).toBeUndefined();
});

test('resizing where no monitor listens does nothing', () => {
  using folder = tempFolder();
  expect(() => resizeTerminal(folder.path, { rows: 1, columns: 1 })).not.toThrow();
});

describe('the exit status', () => {
  test('is read from the file the monitor writes', () => {
    using folder = tempFolder();
    expect(readExitStatus('ID', folder.path)).toBeUndefined();
    mkdirSync(exitFolder(folder.path));
    writeFileSync(folder.at('exit', 'ID'), 'nonsense');
    expect(readExitStatus('ID', folder.path)).toBeUndefined();
    writeFileSync(folder.at('exit', 'ID'), '137');
    expect(readExitStatus('ID', folder.path)).toMatchObject({ exitCode: 137, oomKilled: false });
    writeFileSync(folder.at('oom'), '');
    expect(readExitStatus('ID', folder.path)).toMatchObject({ oomKilled: true });
    clearExitStatus('ID', folder.path);
    expect(readExitStatus('ID', folder.path)).toBeUndefined();
  });

  test('is waited for without asking all the time', async () => {
    using folder = tempFolder();
    mkdirSync(exitFolder(folder.path));
    let looks = 0;
    const waiting = waitForExitStatus('ID', folder.path, () => {
      looks += 1;
      return false;
    });
    writeFileSync(folder.at('exit', 'ID'), '0');
    await waiting;
    expect(looks).toBeLessThan(5);
  });

  test('is not waited for when nobody is left to write it, or when we are told to stop', async () => {
    using folder = tempFolder();
    await waitForExitStatus('ID', folder.path, () => true);
    const stop = new AbortController();
    const waiting = waitForExitStatus('ID', folder.path, () => false, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
