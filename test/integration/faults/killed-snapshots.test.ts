import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { openSnapshotter } from '../../../src/core/snapshots/open-snapshotter.ts';
import { startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

/** Makes layers one upon the other, and takes every second stack away again, as fast as it can. */
const layering = `
  const { writeFileSync } = await import('node:fs');
  const { openMetadata } = await import('SRC/core/metadata/open-metadata.ts');
  const { openSnapshotter } = await import('SRC/core/snapshots/open-snapshotter.ts');
  const [root, tag] = process.argv.slice(1);
  const snapshots = openSnapshotter({ snapshots: root + '/snapshots' }, openMetadata(root + '/db'));
  const layer = async (name, parent) => {
    const active = 'active-' + name;
    await snapshots.prepare(active, parent);
    for (let i = 0; i < 20; i++) writeFileSync(snapshots.layerDir(active) + '/' + i, name);
    await snapshots.commit(active, name);
  };
  for (let round = 0; ; round++) {
    await layer(tag + '-base-' + round, undefined);
    await layer(tag + '-top-' + round, tag + '-base-' + round);
    if (round % 2 === 0) continue;
    await snapshots.remove(tag + '-top-' + round);
    await snapshots.remove(tag + '-base-' + round);
  }
`;

describe('snapshots whose writers are killed', () => {
  it('are whole or not there, and one clean-up leaves no rubbish', async () => {
    using folder = tempFolder();
    const dir = folder.at('snapshots');
    mkdirSync(dir);
    using metadata = openMetadata(folder.at('db'));
    const snapshots = openSnapshotter({ snapshots: dir }, metadata);
    const committed = () => [...snapshots.list()].filter(({ kind }) => kind === 'committed');
    for (let round = 0; round < 4; round++) {
      await using one = startScript(layering, [folder.path, `one${round}`]);
      await using two = startScript(layering, [folder.path, `two${round}`]);
      const before = committed().length;
      await until(() => committed().length > before + 6 + round);
      // Beside living writers too it takes nothing that is theirs.
      await snapshots.cleanUp();
      await Promise.all([one.kill(), two.kill()]);

      for (const { key, parent } of committed()) {
        const files = readdirSync(snapshots.layerDir(key));
        expect(files).toHaveLength(20);
        for (const file of files) expect(readFileSync(join(snapshots.layerDir(key), file), 'utf8')).toBe(key);
        expect(parent === undefined || snapshots.has(parent)).toBe(true);
      }
    }
    await snapshots.cleanUp();
    const kept = [...snapshots.list()].map(({ key }) =>
      join(snapshots.layerDir(key), '..').split('/').at(-1),
    );
    expect(
      readdirSync(dir)
        .filter((name) => name !== 'trash')
        .sort(),
    ).toEqual(kept.sort());
    expect(existsSync(join(dir, 'trash')) ? readdirSync(join(dir, 'trash')) : []).toEqual([]);
    // What the killed were at is still there by its record, for a garbage collection that knows leases.
    for (const { key, kind } of [...snapshots.list()]) if (kind === 'active') await snapshots.remove(key);
    for (const { key } of [...snapshots.list()].reverse()) await snapshots.remove(key);
    expect(readdirSync(dir).filter((name) => name !== 'trash')).toEqual([]);
  });
});
