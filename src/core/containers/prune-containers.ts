import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { ContainerPruneReport } from '../../engine/containers.ts';
import { checkFilterKeys, filterKeys } from '../../engine/filter-keys.ts';
import type { Filters } from '../../engine/filters.ts';
import { checkUntil, passesPruneFilters } from '../../engine/prune-filters.ts';
import { sweepCgroups } from '../host/cgroups/sweep-cgroups.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import { makeRoom } from '../metadata/reserve.ts';
import { sweepExitFolders } from '../runtime/conmon/exit-place.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import { settledRecords } from './list-containers.ts';
import { removeContainer } from './remove-container.ts';
import { tell } from './tell.ts';

const prunable = ['created', 'exited', 'dead'];

/** Removes all that do not run; `dryRun` only tells which. */
export async function pruneContainers(
  context: ContainerContext,
  options: {
    readonly filters?: Filters | undefined;
    readonly dryRun?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ContainerPruneReport> {
  const { filters = {}, dryRun = false, signal } = options;
  makeRoom(context.dirs.database);
  checkFilterKeys(filters, filterKeys.containersPrune);
  checkUntil(filters);
  const snapshots = await context.snapshots();
  const removed: string[] = [];
  let reclaimedBytes = 0;
  for (const record of await settledRecords(context, signal)) {
    if (!prunable.includes(record.state) || !passesPruneFilters(record, filters)) continue;
    signal?.throwIfAborted();
    const key = snapshotKey(record.id);
    const { sizeBytes } = snapshots.has(key) ? await snapshots.usage(key) : { sizeBytes: 0 };
    if (!dryRun) {
      try {
        await removeContainer(context, record.id, { signal });
      } catch (error) {
        // Started or removed by somebody since we looked.
        if (!isErrorCode(error, 'container-running', 'container-paused', 'container-not-found')) throw error;
        continue;
      }
    }
    removed.push(record.id);
    reclaimedBytes += sizeBytes;
  }
  if (!dryRun) {
    sweepFolders(context);
    sweepExitFolders(context.dirs.run);
    sweepCgroups(Date.now());
  }
  if (!dryRun) tell(context, { type: 'container.pruned', reclaimed: reclaimedBytes });
  return { removed, reclaimedBytes };
}

/** Who was killed while it made a container may have left an empty folder that no record knows. */
function sweepFolders({ dirs, records, metadata }: ContainerContext): void {
  const unknown = ownNamesIn(dirs.containers).filter((id) => !records.has(id));
  for (const id of unknown) {
    // In this order: the lease of its creation is let go of once the record is there.
    if (metadata.leases.protectedResources().snapshots.has(snapshotKey(id)) || records.has(id)) continue;
    try {
      rmdirSync(join(dirs.containers, id));
    } catch {
      // There is something in it, which `system check` knows how to judge; or it is gone.
    }
  }
}
