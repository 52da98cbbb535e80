import { describe, expect, it } from 'vitest';
import { parseModeChange } from '../../../../../src/core/build/ops/file-mode.ts';

describe('parseModeChange', () => {
  it.each([
    ['0755', 0o644, false, 0o755],
    ['7', 0o644, false, 0o007],
    ['4711', 0o644, true, 0o4711],
    ['u=rwX,go=rX', 0o600, false, 0o644],
    ['u=rwX,go=rX', 0o700, false, 0o755],
    ['u=rwX,go=rX', 0o700, true, 0o755],
    ['+x', 0o644, false, 0o755],
    ['a-w', 0o666, false, 0o444],
    ['g+w,o-r', 0o644, false, 0o660],
    ['u+s', 0o755, false, 0o4755],
    ['g+s', 0o755, true, 0o2755],
    ['+t', 0o777, true, 0o1777],
    ['go=u', 0o640, false, 0o666],
    ['u=', 0o755, false, 0o055],
    ['ug+x-w', 0o664, false, 0o554],
    ['=r', 0o4755, false, 0o444],
    ['g=rx', 0o2775, true, 0o2755],
  ])('%s turns %o (folder: %s) into %o', (text, mode, isFolder, expected) => {
    expect(parseModeChange(text)?.(mode, isFolder)).toBe(expected);
  });

  it.each(['', '8', '17777', 'rwx', 'u', 'x+', 'u+q', 'u=r,'])('refuses %j', (text) => {
    expect(parseModeChange(text)).toBeUndefined();
  });
});
