import { expect, test } from 'vitest';
import { parseNetworkCounters } from '../../../../src/core/runtime/container-stats.ts';
import { execProcess } from '../../../../src/core/runtime/exec-process.ts';
import { isStatic } from '../../../../src/core/runtime/find-init.ts';
import { kernelVersion } from '../../../../src/core/runtime/host-facts.ts';
import { withNetwork } from '../../../../src/core/runtime/launch.ts';
import { startError } from '../../../../src/core/runtime/start-error.ts';
import { sampleHost } from '../../../support/host-facts.ts';

const create = 'OCI runtime create failed: unable to start container process: ';

test.each([
  [
    'crun: nothing of the name',
    'executable file `foo` not found in $PATH: No such file or directory',
    127,
    'exec: "foo": executable file not found in $PATH',
  ],
  [
    'crun: nothing at the path',
    'executable file `/foo` not found: No such file or directory',
    127,
    'exec: "/foo": stat /foo: no such file or directory',
  ],
  ['crun: not executable', 'open executable: Permission denied', 126, 'exec: "foo": permission denied'],
  ['crun: a folder', 'open executable: Operation not permitted', 126, 'exec: "foo": permission denied'],
  [
    'runc: nothing of the name',
    'time="2024-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \\"foo\\": executable file not found in $PATH"',
    127,
    'exec: "foo": executable file not found in $PATH',
  ],
  [
    'runc: in its log',
    'exec failed: unable to start container process: exec: "foo": permission denied',
    126,
    'exec: "foo": permission denied',
  ],
  [
    'with a time stamp',
    '2024-01-01T00:00:00.123456789Z: error mounting `x`: Invalid argument\n',
    125,
    'error mounting `x`: invalid argument',
  ],
  ['nothing', '', 125, 'the runtime failed without a word'],
])('what the runtime says (%s) becomes what Docker says', (_name, text, exitCode, words) => {
  const error = startError(text, ['foo']);
  expect(error).toMatchObject({ kind: 'start', exitCode, message: `${create}${words}: unknown` });
  expect(error.details['stateExitCode']).toBe(exitCode === 125 ? 128 : exitCode);
});

test('only the last word of several counts, and an exec says that it is one', () => {
  const text = 'a warning before\nexecutable file `x` not found in $PATH: No such file or directory\n';
  expect(startError(text, ['x'], 'exec').message).toBe(
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "x": executable file not found in $PATH: unknown',
  );
});

test('the network namespace it really joins takes the place of the one asked for', () => {
  const spec = { linux: { namespaces: [{ type: 'pid' }, { type: 'network' }] } } as never;
  const of = (network: Parameters<typeof withNetwork>[1], path?: string) =>
    withNetwork(spec, network, path).linux.namespaces;
  expect(of(undefined)).toEqual([{ type: 'pid' }]);
  expect(of('new')).toEqual([{ type: 'pid' }, { type: 'network' }]);
  expect(of('new', '/proc/1/fd/9')).toEqual([{ type: 'pid' }, { type: 'network', path: '/proc/1/fd/9' }]);
  expect(of({ join: '/n' })).toEqual([{ type: 'pid' }, { type: 'network', path: '/n' }]);
});

test('a program without a name is found nowhere, whatever crun opened in its place', () => {
  expect(startError('open executable: Operation not permitted', [''])).toMatchObject({
    message: `${create}exec: "": executable file not found in $PATH: unknown`,
    details: { exitCode: 127 },
  });
});

test('network counters are summed over all interfaces but loopback', () => {
  const text = [
    'Inter-|   Receive                            |  Transmit',
    ' face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed',
    '    lo: 1000 1 0 0 0 0 0 0 1000 1 0 0 0 0 0 0',
    '  eth0: 200 2 0 0 0 0 0 0 50 1 0 0 0 0 0 0',
    'eth1:   30 2 0 0 0 0 0 0 4 1 0 0 0 0 0 0',
  ].join('\n');
  expect(parseNetworkCounters(text)).toEqual({ received: 230, sent: 54 });
  expect(parseNetworkCounters('')).toEqual({ received: 0, sent: 0 });
});

test('kernel versions are read whatever follows them', () => {
  expect(kernelVersion('6.18.44-fc-v782')).toEqual([6, 18]);
  expect(kernelVersion('strange')).toEqual([0, 0]);
});

test('a program that needs an interpreter is not static', () => {
  expect(isStatic('/bin/busybox')).toBe(true);
  expect(isStatic('/bin/bash')).toBe(false);
  expect(isStatic('/etc/passwd')).toBe(false);
});

const container = {
  annotations: { 'gantry.home': 'passwd' },
  process: {
    terminal: false,
    user: { uid: 0, gid: 0, additionalGids: [0] },
    args: ['server'],
    env: ['A=1', 'HOME=/root'],
    cwd: '/srv',
    capabilities: {
      bounding: ['CAP_KILL'],
      effective: ['CAP_KILL'],
      permitted: ['CAP_KILL'],
      inheritable: [],
      ambient: [],
    },
    noNewPrivileges: true,
  },
} as never;

test("a process run in a container has the container's ways where it asks for none", () => {
  expect(execProcess(container, { command: ['sh'] }, undefined, sampleHost())).toMatchObject({
    args: ['sh'],
    env: ['A=1', 'HOME=/root'],
    cwd: '/srv',
    terminal: false,
    noNewPrivileges: true,
    capabilities: { effective: ['CAP_KILL'] },
  });
});

test('a process run in a container may have other ones', () => {
  const joe = { uid: 1000, gid: 7, additionalGids: [7], home: '/home/joe' };
  const process = execProcess(
    container,
    { command: ['sh'], tty: true, size: { rows: 2, columns: 3 }, env: ['B=2'], workingDir: '/x/' },
    joe,
    sampleHost(),
  );
  expect(process).toMatchObject({
    env: ['A=1', 'HOME=/home/joe', 'TERM=xterm', 'B=2'],
    cwd: '/x',
    consoleSize: { height: 2, width: 3 },
    user: { uid: 1000, gid: 7, additionalGids: [7] },
    capabilities: { bounding: ['CAP_KILL'], effective: [], permitted: [] },
  });
  const strong = execProcess(container, { command: ['sh'], privileged: true }, undefined, sampleHost());
  expect(strong.capabilities.effective).toContain('CAP_SYS_ADMIN');
});
