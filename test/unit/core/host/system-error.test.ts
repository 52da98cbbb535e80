import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isErrno, systemError } from '../../../../src/core/host/system-error.ts';

describe('systemError', () => {
  it('says the call, the path and the reason in words and by name', () => {
    const error = systemError(constants.errno.ENOSPC, 'write', '/full/disk');
    expect(error.message).toBe('write /full/disk: no space left on device (ENOSPC)');
    expect(error).toMatchObject({
      kind: 'io',
      code: 'enospc',
      details: { errno: 'ENOSPC', path: '/full/disk' },
    });
  });

  it('is unavailable where the kernel cannot or may not', () => {
    expect(systemError(constants.errno.ENOSYS, 'fsopen').kind).toBe('unavailable');
    expect(systemError(constants.errno.EPERM, 'mount', '/x').kind).toBe('unavailable');
  });
});

describe('isErrno', () => {
  it("knows our errors and Node's", () => {
    expect(isErrno(systemError(constants.errno.ENOENT, 'open'), 'EIO', 'ENOENT')).toBe(true);
    expect(isErrno(Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT')).toBe(true);
    expect(isErrno(new Error('ENOENT'), 'ENOENT')).toBe(false);
    expect(isErrno(undefined, 'ENOENT')).toBe(false);
  });
});
