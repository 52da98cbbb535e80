import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { GantryError } from '../../../../src/base/gantry-error.ts';
import { plainError } from '../../../../src/core/host/plain-error.ts';
import { systemError } from '../../../../src/core/host/system-error.ts';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

it.each([
  [() => readFileSync('/proc/nope'), 'cannot open /proc/nope: no such file or directory'],
  [() => lstatSync('/proc/cpuinfo/x'), 'cannot look at /proc/cpuinfo/x: not a directory'],
  [() => mkdirSync('/proc'), 'cannot make /proc: file already exists'],
])('an error of the system is told in words', (work, message) => {
  expect(plainError(thrown(work))).toMatchObject({ kind: 'io', message });
});

it('hints go by the name of the error, and others stay as they are', () => {
  const error = thrown(() => readFileSync('/proc/nope'));
  expect(plainError(error, { ENOENT: 'look again' })).toMatchObject({ code: 'enoent', hint: 'look again' });
  const own = new GantryError({ kind: 'invalid', code: 'x', message: 'as it is' });
  expect(plainError(own)).toBe(own);
  expect(plainError(new Error('other')).message).toBe('other');
});

it('says the same of what a call of ours met', () => {
  const error = systemError(constants.errno.EACCES, 'openat2', '/x/y');
  expect(plainError(error, { EACCES: 'ask' })).toMatchObject({
    message: 'cannot open /x/y: permission denied',
    code: 'eacces',
    hint: 'ask',
  });
});
