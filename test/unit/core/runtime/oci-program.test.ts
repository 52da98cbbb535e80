import { expect, test } from 'vitest';
import { findOciProgram } from '../../../../src/core/runtime/oci-program.ts';

const host =
  (...programs: readonly string[]) =>
  (name: string): string | undefined =>
    programs.includes(name) ? `/usr/bin/${name}` : undefined;

test('crun is taken before runc', () => {
  expect(findOciProgram('/run/g', undefined, host('crun', 'runc', 'conmon'))).toMatchObject({
    kind: 'crun',
    path: '/usr/bin/crun',
    monitorPath: '/usr/bin/conmon',
    options: ['--root=/run/g/crun'],
    stateRoot: '/run/g/crun',
  });
  expect(findOciProgram('/run/g', undefined, host('runc', 'conmon')).kind).toBe('runc');
  expect(findOciProgram('/run/g', 'runc', host('crun', 'runc', 'conmon'))).toMatchObject({
    kind: 'runc',
    hiddenMount: undefined,
  });
});

test('what is missing is named, with how to get it', () => {
  expect(() => findOciProgram('/run/g', undefined, host('conmon'))).toThrow(
    expect.objectContaining({
      kind: 'unavailable',
      message: 'No OCI runtime found: install crun or runc',
      hint: 'On Debian or Ubuntu: apt-get install crun',
    }),
  );
  expect(() => findOciProgram('/run/g', undefined, host('crun'))).toThrow(
    expect.objectContaining({
      kind: 'unavailable',
      message: 'No container monitor found: install conmon',
      hint: 'On Debian or Ubuntu: apt-get install conmon',
    }),
  );
});
