import { GantryError } from '../../base/gantry-error.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import { decodeSnapshot, type SnapshotRecord } from '../snapshots/snapshot-record.ts';
import { containerOf } from './container-of.ts';
import type { CheckContext } from './problem.ts';

export function snapshotRecords(metadata: Metadata): Collection<SnapshotRecord> {
  return metadata.collection('snapshots', decodeSnapshot);
}

/**
 * Writes a snapshot's record anew by what its folder says of itself. Where no folder does, a layer's record goes, and the
 * layer is unpacked again; a container's stays as it is, for somebody's data hangs on it.
 */
export function restoreSnapshot({ services }: CheckContext, key: string): void {
  const { metadata, snapshots } = services;
  metadata.transaction(() => {
    snapshotRecords(metadata).delete(key);
    if (snapshots.adopt(key)) return;
    const id = containerOf(key);
    if (id === undefined) return;
    throw new GantryError({
      kind: 'not-found',
      code: 'snapshot-not-found',
      message: `no folder says that it is its own: "gantry rm -f ${id.slice(0, 12)}" removes what is left of the container`,
    });
  });
}
