import { hasRemains } from '../containers/container-remains.ts';
import { containerOf } from './container-of.ts';
import type { CheckContext, Problem } from './problem.ts';

/** Snapshots that killed work was filling, and folders without a record. What may be a container's is never removed. */
export async function* checkSnapshots(context: CheckContext): AsyncGenerator<Problem> {
  yield* unfinished(context);
  const { snapshots } = context.services;
  const { folders, lost } = snapshots.strays();
  for (const key of lost) {
    yield {
      code: 'layer-unflushed',
      severity: 'leftover',
      subject: key,
      message: `layer ${key} was not on the disk yet when the machine went down`,
      remedy: 'remove it',
      done: 'removed',
      mend: () => snapshots.cleanUp(),
    };
  }
  for (const { path, label } of folders) {
    const id = label === undefined ? undefined : containerOf(label.key);
    if (id !== undefined && isKnown(context, id)) {
      yield keptData(path, id);
      continue;
    }
    yield {
      code: 'stray-layer-folder',
      severity: 'leftover',
      subject: path,
      message: `no snapshot has the folder ${path}`,
      remedy: 'remove it',
      done: 'removed',
      mend: () => snapshots.removeStray(path),
    };
  }
}

async function* unfinished(context: CheckContext): AsyncGenerator<Problem> {
  const { snapshots, metadata } = context.services;
  const isWanted = (key: string): boolean => {
    const id = containerOf(key);
    return (
      metadata.leases.protectedResources().snapshots.has(key) || (id !== undefined && isKnown(context, id))
    );
  };
  for (const { key, kind } of snapshots.list()) {
    // In this order: a container's lease is let go of once its record is there.
    if (kind !== 'active' || isWanted(key) || !snapshots.has(key)) continue;
    const id = containerOf(key);
    if (id !== undefined && (await snapshots.usage(key)).inodes > 0) {
      yield keptData(key, id);
      continue;
    }
    yield {
      code: 'unfinished-layer',
      severity: 'leftover',
      subject: key,
      message: `snapshot ${key} was being written by a process that is gone`,
      remedy: 'remove it',
      done: 'removed',
      mend: async () => {
        await snapshots.removeUnused([key], isWanted);
      },
    };
  }
}

function isKnown({ containers, services }: CheckContext, id: string): boolean {
  return containers.records.has(id) || hasRemains(services.dirs, id);
}

/** What somebody wrote in a container: only a person takes it away. */
function keptData(subject: string, id: string): Problem {
  return {
    code: 'container-data-stray',
    severity: 'damage',
    subject,
    message: `${subject} holds what container ${id.slice(0, 12)} wrote, and is not the layer of any container`,
    remedy: `it is kept: "gantry rm -f ${id}" removes it`,
    done: '',
    mend: undefined,
  };
}
