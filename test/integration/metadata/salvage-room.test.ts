import { copyFileSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GantryError } from '../../../src/base/gantry-error.ts';
import { mount, unmount } from '../../../src/core/host/mount.ts';
import { checkDatabase } from '../../../src/core/integrity/check-database.ts';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { salvageDatabase } from '../../../src/core/metadata/salvage-database.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const megabyte = 1024 * 1024;
const records = 400;

describe('a damaged database on a disk that is nearly full', () => {
  it('stays as it is, log and all, until there is room to make it anew', () => {
    using source = tempFolder();
    using disk = smallDisk();
    leaveAsKilled(source.at('db'), disk.at('db'));
    const before = contents(disk.path);
    const outcomes = [];
    for (let leftBytes = 0; leftBytes < 24 * megabyte; leftBytes += megabyte) {
      fillTo(disk, leftBytes);
      try {
        outcomes.push(salvageDatabase(disk.at('db')).records);
        break;
      } catch (error) {
        expect(GantryError.from(error)).toMatchObject({
          code: 'no-space',
          message: expect.stringMatching(/needs about \d+ MB free on its disk, where \d+ MB are/),
        });
        outcomes.push('no room');
        rmSync(disk.at('filler'));
        expect(contents(disk.path)).toEqual(before);
      }
    }
    expect(outcomes[0]).toBe('no room');
    expect(outcomes.at(-1)).toBeGreaterThan(records * 0.9);
    using metadata = openMetadata(disk.at('db'));
    expect(metadata.verify('full')).toEqual([]);
    expect(metadata.collection('things', (document) => document).count()).toBe(outcomes.at(-1));
  });

  it('is told of by the check in words, not in the file system’s', () => {
    using source = tempFolder();
    using disk = smallDisk();
    leaveAsKilled(source.at('db'), disk.at('db'));
    fillTo(disk, megabyte);
    const { findings } = checkDatabase({ database: disk.at('db') }, { depth: 'normal', repair: true });
    expect(findings).toMatchObject([
      { status: 'not-mended', remedy: expect.stringContaining('nothing was touched, make room') },
    ]);
  });
});

function smallDisk(): TempFolder {
  const folder = tempFolder();
  mount({ source: 'tmpfs', target: folder.path, type: 'tmpfs', options: 'size=24m' });
  return {
    path: folder.path,
    at: folder.at,
    [Symbol.dispose]: () => {
      unmount(folder.path, { detach: true });
      folder[Symbol.dispose]();
    },
  };
}

/** Some of the records lie in the log only; some pages are damaged. */
function leaveAsKilled(source: string, target: string): void {
  using metadata = openMetadata(source);
  const things = metadata.collection('things', (document) => document);
  for (let at = 0; at < records; at += 1) things.put(`thing${at}`, { at, text: 'x'.repeat(3000) });
  for (const suffix of ['', '-wal']) copyFileSync(source + suffix, target + suffix);
  const bytes = readFileSync(target);
  bytes.fill(0xa5, 10 * 4096, 14 * 4096);
  writeFileSync(target, bytes);
}

function fillTo({ path, at }: TempFolder, leftBytes: number): void {
  const { bfree, bsize } = statfsSync(path);
  writeFileSync(at('filler'), Buffer.alloc(Math.max(0, bfree * bsize - leftBytes), 1));
}

function contents(dir: string): readonly (readonly [string, Buffer])[] {
  return readdirSync(dir)
    .toSorted()
    .map((name) => [name, readFileSync(`${dir}/${name}`)] as const);
}
