import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { unlessAlive } from '../../../../src/core/containers/exit-command.ts';
import { ownIdentity } from '../../../../src/core/host/process-identity.ts';

const run = (pid: number, began: string) =>
  execFileSync('/bin/sh', ['-c', unlessAlive, 'sh', String(pid), began, 'printf', '%s|', 'ran', 'a b'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

test('with the client alive the command is not run', () => {
  const { pid, startTime } = ownIdentity();
  expect(run(pid, startTime)).toBe('');
});

test('with another process of the same number it is, with its words intact', () => {
  expect(run(ownIdentity().pid, '1')).toBe('ran|a b|');
});

test('with no such process it is', () => {
  expect(run(2 ** 22 + 1, '1')).toBe('ran|a b|');
});
