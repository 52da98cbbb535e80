import { describe, expect, it } from 'vitest';
import { koffi, loadPackage, openBinary } from '../../../../src/core/host/koffi.ts';

describe('koffi', () => {
  it('opens as a binary, which is the fast way', () => {
    expect(openBinary()?.load(null).func('getpid', 'int', [])()).toBe(process.pid);
  });

  it('opens as a package, should the binary lie elsewhere', () => {
    expect(openBinary('/')).toBeUndefined();
    expect(loadPackage().load(null).func('getpid', 'int', [])()).toBe(process.pid);
  });

  it('is loaded once', () => {
    expect(koffi()).toBe(koffi());
  });
});
