import { GantryError } from '../../base/gantry-error.ts';
import { isErrorKind } from '../../base/is-error-code.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import { copyForm } from './copy-form.ts';
import { createSnapshotter } from './folder-snapshotter.ts';
import { overlayForm } from './overlay-form.ts';
import { overlayWorks } from './overlay-probe.ts';
import type { SnapshotForm } from './snapshot-form.ts';
import type { Snapshotter } from './snapshotter.ts';

/**
 * The snapshotter of this root: overlayfs where it works, else copies. Which of them is found out once, when the root
 * is first used, and kept with the records, since the one cannot read what the other wrote.
 */
export function openSnapshotter(dirs: Pick<EngineDirs, 'snapshots'>, metadata: Metadata): Snapshotter {
  const chosen = metadata.collection('snapshot-form', decodeForm);
  let name = readable(chosen);
  if (name === undefined) {
    const probed = overlayWorks(dirs.snapshots) ? 'overlay' : 'copy';
    // Of two processes that probe at once the first to record decides.
    name = metadata.transaction(() => {
      if (readable(chosen) === undefined) chosen.put('name', probed);
      return chosen.get('name');
    });
  }
  const form: SnapshotForm = name === 'copy' ? copyForm : overlayForm;
  return createSnapshotter(form, dirs.snapshots, metadata);
}

type FormName = Snapshotter['name'];

/** One that is damaged is worked out anew: the machine is most likely the same. */
function readable(chosen: Collection<FormName>): FormName | undefined {
  try {
    return chosen.get('name');
  } catch (error) {
    if (isErrorKind(error, 'corrupt')) return undefined;
    throw error;
  }
}

function decodeForm(document: unknown): FormName {
  if (document === 'overlay' || document === 'copy') return document;
  throw new GantryError({
    kind: 'corrupt',
    code: 'record-corrupt',
    message: 'the form of snapshots is unknown',
  });
}
