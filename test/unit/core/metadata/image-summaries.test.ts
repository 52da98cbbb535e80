import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import { migrations } from '../../../../src/core/metadata/schema.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const record = (name: string) => ({
  manifest: { digest: 'sha256:m', size: 1 },
  references: [name],
  repoDigests: [],
  sizeBytes: 7,
  config: {
    os: 'linux',
    architecture: 'amd64',
    config: { Env: ['A=b'], Labels: { a: '"b"\n' } },
    history: [{}],
  },
});
const summary = (id: string, name: string) => [
  id,
  'sha256:m',
  [name],
  [],
  null,
  7,
  'linux',
  'amd64',
  null,
  { a: '"b"\n' },
];

function open(path: string) {
  const metadata = openMetadata(path);
  return { metadata, images: metadata.collection<unknown>('images', (document) => document) };
}

describe('the summaries of images', () => {
  it('follow the records of images, and no others', () => {
    using folder = tempFolder();
    const { metadata, images } = open(folder.at('db'));
    using _ = metadata;
    const all = () => metadata.imageSummaries.all();
    expect(all()).toEqual([]);
    images.put('b', record('one'));
    images.put('a', record('two'));
    metadata.collection<unknown>('snapshots', (document) => document).put('c', record('three'));
    expect(all()).toEqual([summary('a', 'two'), summary('b', 'one')]);
    images.put('a', record('four'));
    images.delete('b');
    expect(all()).toEqual([summary('a', 'four')]);
  });

  it('are undone with the transaction that changed the record', () => {
    using folder = tempFolder();
    const { metadata, images } = open(folder.at('db'));
    using _ = metadata;
    images.put('a', record('one'));
    const change = () => {
      images.put('a', record('two'));
      images.put('b', record('three'));
      throw new Error('no');
    };
    expect(() => metadata.transaction(change)).toThrow('no');
    expect(metadata.imageSummaries.all()).toEqual([summary('a', 'one')]);
  });

  it('are made for a store of the format before', () => {
    using folder = tempFolder();
    {
      using old = new DatabaseSync(folder.at('db'));
      old.exec(`PRAGMA journal_mode = WAL; ${migrations[0]}; PRAGMA user_version = 1`);
      const insert = old.prepare('INSERT INTO records VALUES (?, ?, ?)');
      insert.run('images', 'a', JSON.stringify(record('one')));
    }
    const { metadata, images } = open(folder.at('db'));
    using _ = metadata;
    images.put('b', record('two'));
    expect(metadata.imageSummaries.all()).toEqual([summary('a', 'one'), summary('b', 'two')]);
  });

  it('have the key alone of a record that is no JSON', () => {
    using folder = tempFolder();
    const { metadata, images } = open(folder.at('db'));
    using _ = metadata;
    images.put('a', record('one'));
    {
      using other = new DatabaseSync(folder.at('db'));
      other.exec(`UPDATE records SET document = '{"half' WHERE key = 'a'`);
    }
    expect(metadata.imageSummaries.all()).toEqual(['a']);
    expect(metadata.imageSummaries.wrong()).toEqual([]);
  });

  it('that are missing, left over or false are known, and set right from the records', () => {
    using folder = tempFolder();
    const { metadata, images } = open(folder.at('db'));
    using _ = metadata;
    for (const key of ['a', 'b', 'c']) images.put(key, record(key));
    {
      using other = new DatabaseSync(folder.at('db'));
      other.exec(`
        DELETE FROM image_summaries WHERE id = 'a';
        UPDATE image_summaries SET document = '[]' WHERE id = 'b';
        INSERT INTO image_summaries VALUES ('d', '[]')`);
    }
    const wrong = metadata.imageSummaries.wrong();
    expect(wrong).toEqual(['a', 'b', 'd']);
    for (const key of wrong) metadata.imageSummaries.renew(key);
    expect(metadata.imageSummaries.wrong()).toEqual([]);
    expect(metadata.imageSummaries.all()).toEqual(['a', 'b', 'c'].map((key) => summary(key, key)));
  });
});
