import type { GarbageRoots } from '../images/garbage.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { snapshotKey } from './container-context.ts';
import { containerRecords } from './container-record.ts';

/** What containers keep from being collected: their read-write layers, and with them the layers below. */
export function containerRoots(metadata: Metadata): GarbageRoots {
  return ({ goneContainers }) => ({
    content: [],
    snapshots: containerRecords(metadata)
      .keys()
      .filter((id) => !goneContainers.has(id))
      .map(snapshotKey),
    diffIds: [],
  });
}
