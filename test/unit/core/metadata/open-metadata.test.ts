import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

describe('openMetadata', () => {
  it('makes a file nobody else may read, and holds space beside it for a full disk', () => {
    using folder = tempFolder();
    openMetadata(folder.at('db'))[Symbol.dispose]();
    expect(readdirSync(folder.path)).toEqual(['db', 'db.last-reserve', 'db.reserve']);
    expect(statSync(folder.at('db')).mode & 0o777).toBe(0o600);
  });

  it('says that a file is damaged, and what to do', () => {
    using folder = tempFolder();
    writeFileSync(folder.at('db'), 'this was never a database '.repeat(100));
    expect(() => openMetadata(folder.at('db'))).toThrow(
      expect.objectContaining({
        kind: 'corrupt',
        code: 'metadata-corrupt',
        hint: 'save what can be read of it with: gantry system check --repair',
      }),
    );
  });

  it('takes no empty file for a new one: it had records', () => {
    using folder = tempFolder();
    writeFileSync(folder.at('db'), '');
    expect(() => openMetadata(folder.at('db'))).toThrow(
      expect.objectContaining({ code: 'metadata-corrupt', message: expect.stringContaining('it is empty') }),
    );
  });

  it('does not touch what a newer gantry wrote', () => {
    using folder = tempFolder();
    using newer = new DatabaseSync(folder.at('db'));
    newer.exec('PRAGMA user_version = 1000');
    expect(() => openMetadata(folder.at('db'))).toThrow(
      expect.objectContaining({ kind: 'unavailable', code: 'newer-metadata' }),
    );
  });

  it('rejects a folder that is not there with its path', () => {
    using folder = tempFolder();
    expect(() => openMetadata(folder.at('no', 'db'))).toThrow(folder.at('no', 'db'));
  });
});
