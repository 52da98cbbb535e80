import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImages, type ImageTransfers } from '../../../src/core/images/create-images.ts';
import type { Images } from '../../../src/engine/images.ts';
import { addImage, type TestCore, testCore } from '../../support/test-core.ts';

let core: TestCore;
let images: Images;

beforeEach(() => {
  core = testCore();
  images = createImages(core, {
    usage: { of: () => [], counts: () => new Map() },
    roots: [],
    transfers: {} as ImageTransfers,
  });
});
afterEach(() => core[Symbol.dispose]());

const base = [
  { path: 'etc/' },
  { path: 'etc/motd', content: 'hello' },
  { path: 'etc/same', content: 'same' },
  { path: 'old/' },
  { path: 'old/one', content: '1' },
  { path: 'old/two', content: '22' },
  { path: 'tool', content: 'tool', mode: 0o755 },
  { path: 'link', type: 'symlink' as const, linkPath: 'etc' },
];

describe('what differs between two images', () => {
  it('is found across layers: what came, what changed and what went, with what it takes', async () => {
    await addImage(core, { names: ['a'], layers: [base] });
    await addImage(core, {
      names: ['b'],
      layers: [
        base,
        [
          { path: 'etc/', mode: 0o755 },
          { path: 'etc/motd', content: 'hello world' },
          { path: 'etc/same', content: 'same', mtimeSeconds: 5 },
          { path: '.wh.old' },
          { path: 'tool', content: 'tool', mode: 0o4755 },
          { path: 'link', type: 'symlink', linkPath: 'old' },
          { path: 'näu', content: 'x\u001b[2J' },
        ],
      ],
    });
    const found = await images.diff('a', 'b');
    expect(found.files.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'changed /etc/motd',
      'changed /link',
      'added /näu',
      'deleted /old',
      'deleted /old/one',
      'deleted /old/two',
      'changed /tool',
    ]);
    expect(found.totals).toEqual({ added: 1, changed: 3, deleted: 3 });
    expect(found.grownBytes).toBe(6 + 5 - 3);
    expect(found.sharedLayers).toBe(1);
    expect((await images.diff('b', 'a')).totals).toEqual({ added: 3, changed: 3, deleted: 1 });
  });

  it('is nothing where the same was made in other layers', async () => {
    await addImage(core, { names: ['a'], layers: [base] });
    await addImage(core, {
      names: ['b'],
      layers: [
        [{ path: 'tool/' }, { path: 'tool/x' }, { path: 'etc/gone' }],
        [...base, { path: 'etc/.wh..wh..opq' }],
      ],
    });
    expect(await images.diff('a', 'b')).toMatchObject({ files: [], grownBytes: 0, sharedLayers: 0 });
  });

  it('is listed up to a limit and counted to the end', async () => {
    await addImage(core, { names: ['a'], layers: [] });
    await addImage(core, { names: ['b'], layers: [base] });
    const found = await images.diff('a', 'b', { limit: 2 });
    expect(found.files).toHaveLength(2);
    expect(found.totals.added).toBe(8);
  });
});
