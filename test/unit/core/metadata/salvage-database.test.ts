import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import { salvageDatabase } from '../../../../src/core/metadata/salvage-database.ts';
import { verifyDatabase } from '../../../../src/core/metadata/verify-database.ts';
import { fakeDigest } from '../../../support/sample-objects.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const pageBytes = 4096;
const asIs = (document: unknown) => document;

/** Records as an engine has them: a few hundred, some larger than a page. */
function fill(path: string): void {
  using metadata = openMetadata(path);
  const [images, names, steps] = ['images', 'image-names', 'build-cache'].map((name) =>
    metadata.collection(name, asIs),
  );
  metadata.transaction(() => {
    for (let at = 0; at < 120; at += 1) {
      images!.put(fakeDigest(`image ${at}`), { at, text: 'x'.repeat((at % 7) * 1000) });
      names!.put(`docker.io/library/image${at}:latest`, fakeDigest(`image ${at}`));
      steps!.put(fakeDigest(`step ${at}`).slice(7), { at });
    }
    metadata.journal.append({ type: 'volume.created', name: 'x' });
  });
}

function rows(path: string): ReadonlyMap<string, unknown> {
  const connection = new DatabaseSync(path);
  try {
    const all = connection.prepare('SELECT * FROM records').all();
    return new Map(all.map(({ collection, key, document }) => [`${collection}/${key}`, document]));
  } finally {
    connection.close();
  }
}

function spoilPage(path: string, page: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, page * pageBytes);
  closeSync(fd);
}

describe('a damaged database', () => {
  it('is made anew from all that can be read, whichever page is damaged', () => {
    using folder = tempFolder();
    fill(folder.at('whole'));
    const whole = rows(folder.at('whole'));
    const pages = statSync(folder.at('whole')).size / pageBytes;
    expect(pages).toBeGreaterThan(50);
    // The first lead to others: header, roots, what is right below them.
    const some = [...Array(pages).keys()].filter((page) => page < 5 || page % 9 === 0);
    for (const page of some) {
      const path = folder.at(`db${page}`);
      copyFileSync(folder.at('whole'), path);
      spoilPage(path, page);
      const { records, keptAs } = salvageDatabase(path);
      expect(verifyDatabase(path, 'full')).toEqual([]);
      const saved = rows(path);
      expect(saved.size).toBe(records);
      for (const [key, document] of saved) expect(document).toBe(whole.get(key));
      // A page holds a few dozen records.
      expect(saved.size).toBeGreaterThan(whole.size * 0.8);
      expect(statSync(keptAs).size).toBe(statSync(folder.at('whole')).size);
    }
    expect(readdirSync(folder.path).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it.each([
    ['its first page lost', (path: string) => spoilPage(path, 0), 1],
    ['its end lost', (path: string) => truncateSync(path, statSync(path).size - 10 * pageBytes), 0.5],
    ['nothing left in it', (path: string) => truncateSync(path, 0), 0],
    ['something else in it', (path: string) => writeFileSync(path, 'notes '.repeat(4000)), 0],
  ])('with %s is told of, and saved as far as it goes', (_what, spoil, share) => {
    using folder = tempFolder();
    fill(folder.at('db'));
    const whole = rows(folder.at('db'));
    spoil(folder.at('db'));
    expect(() => {
      using metadata = openMetadata(folder.at('db'));
      for (const name of ['images', 'image-names', 'build-cache'])
        [...metadata.collection(name, asIs).entries()];
    }).toThrow(
      expect.objectContaining({
        code: 'metadata-corrupt',
        hint: 'save what can be read of it with: gantry system check --repair',
      }),
    );
    salvageDatabase(folder.at('db'));
    expect(rows(folder.at('db')).size).toBeGreaterThanOrEqual(whole.size * share);
    using metadata = openMetadata(folder.at('db'));
    metadata.collection('images', asIs).put(fakeDigest('new'), {});
  });

  it('gives up no record that lies in its log only, and of a log that was cut all before the cut', () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const things = metadata.collection('things', asIs);
    for (let at = 0; at < 40; at += 1) things.put(`thing${at}`, { at });
    // As a killed process leaves it.
    for (const suffix of ['', '-wal']) copyFileSync(folder.at(`db${suffix}`), folder.at(`killed${suffix}`));
    spoilPage(folder.at('killed'), 0);
    salvageDatabase(folder.at('killed'));
    expect(rows(folder.at('killed')).size).toBe(40);

    for (const suffix of ['', '-wal']) copyFileSync(folder.at(`db${suffix}`), folder.at(`cut${suffix}`));
    truncateSync(folder.at('cut-wal'), Math.floor(statSync(folder.at('cut-wal')).size / 2));
    using cut = openMetadata(folder.at('cut'));
    const left = cut.collection('things', asIs).count();
    expect(left).toBeGreaterThan(5);
    expect(left).toBeLessThan(40);
    expect(cut.verify('full')).toEqual([]);
  });

  it.each([
    ['a folder stands in its place', 'db', (path: string) => mkdirSync(path)],
    ['a pipe stands in its place', 'db', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to nothing stands in its place', 'db', (path: string) => symlinkSync('/nowhere/db', path)],
    ['a folder stands in the place of its log', 'db-wal', (path: string) => mkdirSync(path)],
  ])('of which %s is told of, and made anew', (_what, name, place) => {
    using folder = tempFolder();
    fill(folder.at('db'));
    const whole = rows(folder.at('db'));
    rmSync(folder.at(name), { force: true });
    place(folder.at(name));
    const kind = lstatSync(folder.at(name)).mode;
    expect(verifyDatabase(folder.at('db'), 'quick')).toEqual([
      expect.stringContaining(`${folder.at(name)} is`),
    ]);
    expect(() => {
      using metadata = openMetadata(folder.at('db'));
      metadata.collection('images', asIs).put(fakeDigest('new'), {});
    }).toThrow(
      expect.objectContaining({
        code: 'metadata-corrupt',
        hint: 'save what can be read of it with: gantry system check --repair',
      }),
    );
    const { keptAs } = salvageDatabase(folder.at('db'));
    expect(verifyDatabase(folder.at('db'), 'full')).toEqual([]);
    expect(rows(folder.at('db')).size).toBe(name === 'db' ? 0 : whole.size);
    expect(lstatSync(keptAs + name.slice(2)).mode).toBe(kind);
    expect(readdirSync(folder.path).filter((file) => file.includes('.tmp'))).toEqual([]);
  });

  it('is not touched while somebody has it open', () => {
    using folder = tempFolder();
    using _metadata = openMetadata(folder.at('db'));
    expect(() => salvageDatabase(folder.at('db'))).toThrow(
      expect.objectContaining({ code: 'metadata-in-use', message: expect.stringContaining('leave it') }),
    );
  });
});
