import { GantryError } from '../../base/gantry-error.ts';
import { isContainerId } from '../containers/container-record.ts';
import { restoreRecord } from '../containers/restore-record.ts';
import type { CheckContext } from './problem.ts';
import { readSound } from './sound-entries.ts';

/**
 * Writes a container's record anew from the copy in its folder. Without one everything stays as it is, running or not;
 * a record whose key is no ID belongs to nothing, and goes.
 */
export async function restoreContainer({ containers, signal }: CheckContext, id: string): Promise<void> {
  if (!isContainerId(id)) return void containers.records.delete(id);
  const isLost = (): boolean => readSound(containers.records, id) === undefined;
  if (await restoreRecord(containers, id, isLost, signal)) return;
  throw new GantryError({
    kind: 'not-found',
    code: 'record-lost',
    message: `what it was cannot be told any more, and all of it is kept: "gantry rm -f ${id.slice(0, 12)}" removes it`,
  });
}
