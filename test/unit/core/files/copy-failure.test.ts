import { expect, test } from 'vitest';
import { copyFailure } from '../../../../src/core/files/copy-failure.ts';

const failure = (code: string, message: string) => Object.assign(new Error(message), { code, errno: -1 });

test.each([
  ['ESRCH', "ESRCH: no such process, open '/proc/self/fd/29/auxv'", 'no such process'],
  [
    'ENOTEMPTY',
    "ENOTEMPTY: directory not empty, rename '/proc/self/fd/9/a' -> '/proc/self/fd/9/b'",
    'directory not empty',
  ],
  ['EBADMSG', 'EBADMSG: bad message, read', 'bad message'],
  ['ENOSPC', 'ENOSPC: no space left on device, write', 'no space left on device'],
])('%s is told without the call that failed', (code, message, words) => {
  expect(copyFailure(failure(code, message), './dir/file/').message).toBe(`cannot copy dir/file: ${words}`);
});
