import { join } from 'node:path';
import type { EngineDirs } from '../engine-dirs.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { snapshotKey } from './container-context.ts';
import { containerRecords } from './container-record.ts';
import { wasCreated } from './record-copy.ts';

/**
 * What containers keep from being collected: their read-write layers, and with them the layers below; also those whose
 * record was lost while their folder is there.
 */
export function containerRoots({
  dirs,
  metadata,
}: {
  readonly dirs: EngineDirs;
  readonly metadata: Metadata;
}): GarbageRoots {
  return ({ goneContainers }) => {
    const folders = ownNamesIn(dirs.containers).filter((id) => wasCreated(join(dirs.containers, id)));
    const ids = new Set([...containerRecords(metadata).keys(), ...folders]);
    return {
      content: [],
      snapshots: [...ids].filter((id) => !goneContainers.has(id)).map(snapshotKey),
      diffIds: [],
    };
  };
}
