import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { GantryError } from '../../../../src/base/gantry-error.ts';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

interface Box {
  readonly size: number;
}

function decodeBox(document: unknown, key: string): Box {
  const size = (document as Partial<Box> | null)?.size;
  if (typeof size === 'number') return { size };
  throw new GantryError({ kind: 'corrupt', code: 'record-corrupt', message: `box ${key} has no size` });
}

function openBoxes(path: string) {
  const metadata = openMetadata(path);
  return { metadata, boxes: metadata.collection('boxes', decodeBox) };
}

describe('a collection', () => {
  it('keeps documents over a close', () => {
    using folder = tempFolder();
    {
      const { metadata, boxes } = openBoxes(folder.at('db'));
      using _ = metadata;
      boxes.put('a', { size: 1 });
      boxes.put('a', { size: 2 });
    }
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    expect(boxes.get('a')).toEqual({ size: 2 });
    expect([boxes.has('a'), boxes.has('b'), boxes.get('b'), boxes.count()]).toEqual([
      true,
      false,
      undefined,
      1,
    ]);
    expect([boxes.delete('a'), boxes.delete('a'), boxes.count()]).toEqual([true, false, 0]);
  });

  it('lists in key order, narrowed by a prefix, apart from other collections', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    metadata.collection('other', decodeBox).put('ab', { size: 9 });
    for (const key of ['b', 'ab', 'a%', 'aé', 'a']) boxes.put(key, { size: 1 });
    expect([...boxes.entries()].map(([key]) => key)).toEqual(['a', 'a%', 'ab', 'aé', 'b']);
    expect([...boxes.entries('a')].map(([key]) => key)).toEqual(['a', 'a%', 'ab', 'aé']);
    expect([...boxes.entries('a%')].map(([key]) => key)).toEqual(['a%']);
  });

  it('leaves members out that nobody wants to look at, and what is no JSON for the reader to refuse', () => {
    using folder = tempFolder();
    const { metadata } = openBoxes(folder.at('db'));
    using _ = metadata;
    const any = metadata.collection('any', (document) => document);
    any.put('a', { size: 1, config: { long: ['x'], name: 'n' } });
    any.put('b', { size: 2 });
    any.put('c', 'no object');
    expect([...any.entries('', ['config.long', 'none.such'])]).toEqual([
      ['a', { size: 1, config: { name: 'n' } }],
      ['b', { size: 2 }],
      ['c', 'no object'],
    ]);
    expect(any.get('a')).toEqual({ size: 1, config: { long: ['x'], name: 'n' } });
    expect(() => [...any.entries('', ["a') --"])]).toThrow(RangeError);

    using raw = new DatabaseSync(folder.at('db'));
    raw.exec("UPDATE records SET document = '{' WHERE key = 'b'");
    expect(() => [...any.entries('', ['config.long'])]).toThrow(
      expect.objectContaining({ kind: 'corrupt', code: 'record-corrupt' }),
    );
  });

  it('may be changed while it is walked through', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    for (let index = 0; index < 100; index++) boxes.put(`${index}`, { size: index });
    for (const [key] of boxes.entries()) {
      boxes.delete(key);
      boxes.put(`new-${key}`, { size: 0 });
    }
    expect(boxes.count()).toBe(100);
  });

  it('refuses what does not decode as corrupt', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    metadata.collection('boxes', (document) => document).put('bad', 'no box');
    expect(() => boxes.get('bad')).toThrow(expect.objectContaining({ kind: 'corrupt' }));
    expect(() => [...boxes.entries()]).toThrow(expect.objectContaining({ kind: 'corrupt' }));
    expect(boxes.has('bad')).toBe(true);
  });
});

describe('a transaction', () => {
  it('undoes everything when the work throws', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    boxes.put('a', { size: 1 });
    expect(() =>
      metadata.transaction(() => {
        boxes.put('a', { size: 2 });
        metadata.transaction(() => boxes.put('b', { size: 2 }));
        expect(boxes.get('b')).toEqual({ size: 2 });
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect([boxes.get('a'), boxes.get('b')]).toEqual([{ size: 1 }, undefined]);
  });

  it('that is nested and throws undoes its own part only', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    metadata.transaction(() => {
      boxes.put('outer', { size: 1 });
      expect(() =>
        metadata.transaction(() => {
          boxes.put('inner', { size: 1 });
          throw new Error('stop');
        }),
      ).toThrow('stop');
    });
    expect([...boxes.entries()].map(([key]) => key)).toEqual(['outer']);
  });

  it('returns what its work returns, and may be durable', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    expect(metadata.transaction(() => boxes.count(), { durable: true })).toBe(0);
  });

  it('refuses work that awaits', () => {
    using folder = tempFolder();
    const { metadata, boxes } = openBoxes(folder.at('db'));
    using _ = metadata;
    expect(() => metadata.transaction(async () => boxes.put('a', { size: 1 }))).toThrow(
      expect.objectContaining({ code: 'async-transaction' }),
    );
    expect(boxes.count()).toBe(0);
  });
});
