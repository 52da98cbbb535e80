import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotKey } from '../containers/container-context.ts';
import { hasRemains, isInhabited } from '../containers/container-remains.ts';
import { hasRecordCopy } from '../containers/record-copy.ts';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import type { CheckContext, Problem } from './problem.ts';
import { restoreContainer } from './restore-container.ts';

/**
 * Folders of containers have a container. Of one whose record was lost the record is written anew; what was never more
 * than begun to be created is removed.
 * One that has lost the copy as well stays as it is, running or not.
 */
export function* checkContainerFolders(context: CheckContext): Generator<Problem> {
  const { containers, services } = context;
  const { dirs, metadata } = services;
  for (const id of ownNamesIn(dirs.containers)) {
    const dir = join(dirs.containers, id);
    // In this order: the lease of its creation is let go of once the record is there, and a record goes after the folder.
    const isStray = (): boolean =>
      !metadata.leases.protectedResources().snapshots.has(snapshotKey(id)) &&
      !containers.records.has(id) &&
      folderState(dir) !== 'missing';
    if (!isStray()) continue;
    if (hasRecordCopy(dir)) yield lost(context, id);
    else if (hasRemains(dirs, id)) yield unknown(context, id, dir);
    else yield stray(dir, () => isStray() && !hasRemains(dirs, id));
  }
}

function lost(context: CheckContext, id: string): Problem {
  return {
    code: 'container-record-lost',
    severity: 'damage',
    subject: id,
    message: `container ${id.slice(0, 12)} has a folder and no record`,
    remedy: 'write its record anew from the copy in its folder',
    done: 'its record was written anew from the copy in its folder',
    mend: () => restoreContainer(context, id),
  };
}

function unknown({ services }: CheckContext, id: string, dir: string): Problem {
  const short = id.slice(0, 12);
  return {
    code: 'container-unknown',
    severity: 'damage',
    subject: id,
    message: isInhabited(services.dirs, id)
      ? `container ${short} runs, and neither its record nor the copy of it is here`
      : `${dir} is of a container that does not run, and neither its record nor the copy of it is here`,
    remedy: `what it was cannot be told any more, and all of it is kept: "gantry rm -f ${short}" removes it`,
    done: '',
    mend: undefined,
  };
}

function stray(dir: string, isStray: () => boolean): Problem {
  return {
    code: 'stray-container-folder',
    severity: 'leftover',
    subject: dir,
    message: `no container has the folder ${dir}`,
    remedy: 'remove it',
    done: 'removed',
    mend: () => {
      if (isStray()) rmSync(dir, { recursive: true, force: true });
    },
  };
}
