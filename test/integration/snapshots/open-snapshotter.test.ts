import { mkdirSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mountOverlay } from '../../../src/core/host/overlay-mount.ts';
import { withPrivateMounts } from '../../../src/core/host/private-mounts.ts';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { openSnapshotter } from '../../../src/core/snapshots/open-snapshotter.ts';
import { overlayWorks } from '../../../src/core/snapshots/overlay-probe.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('openSnapshotter', () => {
  it('takes overlayfs where it works, and leaves nothing of the trial', () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    expect(openSnapshotter({ snapshots: folder.at('snapshots') }, metadata).name).toBe('overlay');
    expect(readdirSync(folder.at('snapshots'))).toEqual([]);
  });

  it('stays with what this root was begun with', () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    metadata.collection('snapshot-form', String).put('name', 'copy');
    expect(openSnapshotter({ snapshots: folder.at('snapshots') }, metadata).name).toBe('copy');
  });
});

describe('overlayWorks', () => {
  it('says no where the file system cannot hold an upper folder', () => {
    using folder = tempFolder();
    for (const name of ['lower', 'upper', 'work', 'view']) mkdirSync(folder.at(name));
    const answer = withPrivateMounts(() => {
      // An overlay takes no other for its upper folder.
      mountOverlay({
        lower: [folder.at('lower')],
        upper: folder.at('upper'),
        work: folder.at('work'),
        target: folder.at('view'),
      });
      return overlayWorks(folder.at('view'));
    });
    expect(answer).toBe(false);
  });
});
