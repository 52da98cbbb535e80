import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exchangeDatabase } from '../../../../src/core/metadata/exchange-database.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

describe('the exchange of a database', () => {
  it('gives the old one and what lies beside it another name', () => {
    using folder = tempFolder();
    for (const name of ['db', 'db-wal', 'db-shm', 'fresh']) writeFileSync(folder.at(name), name);
    exchangeDatabase(folder.at('db'), folder.at('fresh'), folder.at('old'));
    expect(contents(folder.path)).toEqual({
      db: 'fresh',
      old: 'db',
      'old-wal': 'db-wal',
      'old-shm': 'db-shm',
    });
  });

  it.each([
    ['the new one is not there', () => undefined],
    [
      'the last name is taken',
      (at: (name: string) => string) => mkdirSync(at('old-shm/x'), { recursive: true }),
    ],
    ['the first name is taken', (at: (name: string) => string) => mkdirSync(at('old'))],
  ])('is taken back as a whole when %s', (_what, spoil) => {
    using folder = tempFolder();
    for (const name of ['db', 'db-wal', 'db-shm']) writeFileSync(folder.at(name), name);
    spoil(folder.at);
    const before = contents(folder.path);
    expect(() => exchangeDatabase(folder.at('db'), folder.at('fresh'), folder.at('old'))).toThrow();
    expect(contents(folder.path)).toEqual(before);
  });
});

function contents(dir: string): Readonly<Record<string, string>> {
  const entries = readdirSync(dir, { withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => [
      entry.name,
      entry.isFile() ? readFileSync(join(dir, entry.name), 'utf8') : 'a folder',
    ]),
  );
}
