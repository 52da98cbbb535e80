import { mkdirSync } from 'node:fs';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { copyForm } from '../../src/core/snapshots/copy-form.ts';
import { createSnapshotter } from '../../src/core/snapshots/folder-snapshotter.ts';
import { overlayForm } from '../../src/core/snapshots/overlay-form.ts';
import type { SnapshotForm } from '../../src/core/snapshots/snapshot-form.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { describeSnapshotter } from './snapshotter.ts';

const open = (form: SnapshotForm) => () => {
  const folder = tempFolder();
  const dir = folder.at('snapshots');
  mkdirSync(dir);
  const metadata = openMetadata(folder.at('metadata.db'));
  return {
    snapshots: createSnapshotter(form, dir, metadata),
    dir,
    reboot() {
      const unflushed = metadata.collection('snapshots-unflushed', String);
      for (const key of unflushed.keys()) unflushed.put(key, 'another boot');
    },
    [Symbol.dispose]() {
      metadata[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
};

describeSnapshotter('the overlay snapshotter', open(overlayForm));
describeSnapshotter('the copying snapshotter', open(copyForm));
