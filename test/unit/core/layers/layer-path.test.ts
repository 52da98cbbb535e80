import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerPath } from '../../../../src/core/layers/layer-path.ts';
import { whiteoutOf } from '../../../../src/core/layers/whiteout.ts';

const limits = { nameBytes: 4095, depth: 512 };

describe('layerPath', () => {
  it.each([
    ['a/b', 'a/b'],
    ['./a/b/', 'a/b'],
    ['/a//b/./c', 'a/b/c'],
    ['./', ''],
    ['.', ''],
    ['/', ''],
    ['', ''],
    ['...', '...'],
    ['a/..b/c..', 'a/..b/c..'],
    ['.hidden', '.hidden'],
  ])('%j is %j', (path, want) => {
    expect(layerPath(path, limits)).toBe(want);
  });

  it.each(['..', '../x', 'a/../b', '/..', './..', 'a/..', 'a\0b', 'x'.repeat(4096), 'd/'.repeat(600)])(
    'refuses case %#',
    (path) => {
      expect(() => layerPath(path, limits)).toThrow(expect.objectContaining({ code: 'bad-layer' }));
    },
  );

  it('never gives anything but clean names below the root', () => {
    const part = fc.constantFrom('a', '.', '..', '', '...', '.a', 'a.', '\0');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/')),
        (path) => {
          try {
            const clean = layerPath(path, limits);
            if (clean !== '')
              expect(clean.split('/').every((name) => !['', '.', '..'].includes(name))).toBe(true);
            expect(layerPath(clean, limits)).toBe(clean);
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad-layer' });
          }
        },
      ),
    );
  });
});

describe('whiteoutOf', () => {
  it.each([
    ['a/b', undefined],
    ['a/.wh.b', { kind: 'delete', path: 'a/b' }],
    ['.wh.b', { kind: 'delete', path: 'b' }],
    ['a/.wh..wh..opq', { kind: 'opaque', dir: 'a' }],
    ['.wh..wh..opq', { kind: 'opaque', dir: '' }],
    ['.wh..wh.plnk/x', { kind: 'ignore' }],
    ['.wh..wh.aufs', { kind: 'ignore' }],
    ['a.wh.b', undefined],
    ['.whx', undefined],
  ])('%s', (path, want) => {
    expect(whiteoutOf(path)).toEqual(want);
  });
});
