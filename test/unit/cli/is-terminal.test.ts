import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { expect, it } from 'vitest';
import { isTerminal } from '../../../src/cli/is-terminal.ts';

it.each(['/dev/null', '/dev/zero', '/dev/ptmx', '/proc/version', '/tmp'])(
  '%s is what node:tty says',
  (path) => {
    const fd = openSync(path, 'r');
    try {
      expect(isTerminal(fd)).toBe(isatty(fd));
    } finally {
      closeSync(fd);
    }
  },
);

it('takes a closed descriptor for none', () => {
  expect(isTerminal(999)).toBe(false);
});
