import { describe, expect, it } from 'vitest';
import { errorKinds } from '../../../src/base/error-kinds.ts';
import { GantryError } from '../../../src/base/gantry-error.ts';

describe('GantryError', () => {
  it('ends a command with the status of its kind', () => {
    const error = new GantryError({ kind: 'usage', code: 'x', message: 'x' });
    expect(error.exitCode).toBe(errorKinds.usage.exitCode);
  });

  it('ends a command with the process own status where there is one', () => {
    const error = new GantryError({ kind: 'failed', code: 'x', message: 'x', details: { exitCode: 7 } });
    expect(error.exitCode).toBe(7);
  });

  it('can be told otherwise and stays what it is', () => {
    const error = new GantryError({
      kind: 'failed',
      code: 'x',
      message: 'x',
      details: { a: 1, exitCode: 7 },
    });
    const other = error.with({ message: 'y', details: { exitCode: 8 } });
    expect(other).toMatchObject({ kind: 'failed', code: 'x', message: 'y', exitCode: 8, details: { a: 1 } });
    expect(error.message).toBe('x');
  });

  it('takes itself, aborts, system errors and anything else', () => {
    const own = new GantryError({ kind: 'conflict', code: 'taken', message: 'taken' });
    expect(GantryError.from(own)).toBe(own);
    expect(GantryError.from(new DOMException('stop', 'AbortError'))).toMatchObject({ kind: 'cancelled' });
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    expect(GantryError.from(full)).toMatchObject({ kind: 'io', code: 'enospc' });
    expect(GantryError.from('what')).toMatchObject({ kind: 'internal', message: 'what' });
  });
});
