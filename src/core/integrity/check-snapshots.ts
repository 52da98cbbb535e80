import type { CheckContext, Problem } from './problem.ts';

const containerPrefix = 'container-';

/** Snapshots that killed work was filling, and folders without a record. */
export function* checkSnapshots({ services, containers }: CheckContext): Generator<Problem> {
  const { snapshots, metadata } = services;
  const isWanted = (key: string): boolean =>
    metadata.leases.protectedResources().snapshots.has(key) ||
    (key.startsWith(containerPrefix) && containers.records.has(key.slice(containerPrefix.length)));
  for (const { key, kind } of snapshots.list()) {
    // In this order: a container's lease is let go of once its record is there.
    if (kind !== 'active' || isWanted(key) || !snapshots.has(key)) continue;
    yield {
      code: 'unfinished-layer',
      severity: 'leftover',
      subject: key,
      message: `snapshot ${key} was being written by a process that is gone`,
      remedy: 'remove it',
      mend: async () => {
        await snapshots.removeUnused([key], isWanted);
      },
    };
  }
  const { folders, lost } = snapshots.strays();
  for (const key of lost) {
    yield {
      code: 'layer-unflushed',
      severity: 'leftover',
      subject: key,
      message: `layer ${key} was not on the disk yet when the machine went down`,
      remedy: 'remove it',
      mend: () => snapshots.cleanUp(),
    };
  }
  for (const path of folders) {
    yield {
      code: 'stray-layer-folder',
      severity: 'leftover',
      subject: path,
      message: `no snapshot has the folder ${path}`,
      remedy: 'remove it',
      mend: () => snapshots.cleanUp(),
    };
  }
}
