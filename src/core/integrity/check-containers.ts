import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { containerDir, snapshotKey } from '../containers/container-context.ts';
import type { ContainerRecord } from '../containers/container-record.ts';
import { lockContainer } from '../containers/lock-container.ts';
import { isStale, settle } from '../containers/settle.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readSound, soundEntries } from './sound-entries.ts';

/** Containers have their folder, their read-write layer and their entries in the indexes, and folders a container. */
export function* checkContainers(context: CheckContext): Generator<Problem> {
  const { containers, services } = context;
  for (const [id, record] of soundEntries(containers.records)) {
    yield* checkContainer(context, id, record);
  }
  yield* checkIndexes(context);
  const { dirs, metadata } = services;
  for (const id of namesIn(dirs.containers)) {
    const dir = join(dirs.containers, id);
    // In this order: the lease of its creation is let go of once the record is there, and a record goes after the folder.
    const isStray = (): boolean =>
      !metadata.leases.protectedResources().snapshots.has(snapshotKey(id)) &&
      !containers.records.has(id) &&
      statSync(dir, { throwIfNoEntry: false }) !== undefined;
    if (!isStray()) continue;
    yield {
      code: 'stray-container-folder',
      severity: 'leftover',
      subject: dir,
      message: `no container has the folder ${dir}`,
      remedy: 'remove it',
      mend: () => {
        if (isStray()) rmSync(dir, { recursive: true, force: true });
      },
    };
  }
}

function* checkContainer(context: CheckContext, id: string, record: ContainerRecord): Generator<Problem> {
  const { containers, services, signal } = context;
  const { snapshots } = services;
  const name = `container ${record.name}`;
  // One that has ended by itself is nothing wrong: whoever looks next buries it.
  if (isStale(record) && (record.state === 'starting' || record.state === 'removing')) {
    yield {
      code: 'container-half-done',
      severity: 'leftover',
      subject: id,
      message: `${name} was being ${record.state === 'starting' ? 'started' : 'removed'} by a process that is gone`,
      remedy: record.state === 'starting' ? 'take the start back' : 'finish the removal',
      mend: async () => {
        await settle(containers, record, signal);
      },
    };
    if (readSound(containers.records, id) === undefined || isStale(record)) return;
  }
  const isStill = (): boolean => {
    const state = readSound(containers.records, id)?.state;
    return state !== undefined && state !== 'removing';
  };
  if (!snapshots.has(snapshotKey(id)) && isStill()) {
    yield {
      code: 'container-layer-missing',
      severity: 'damage',
      subject: id,
      message: `${name} has lost its read-write layer, and what was written in it`,
      remedy: 'give it an empty one',
      mend: () => giveEmptyLayer(context, id),
    };
  }
  const dir = containerDir(containers, id);
  if (statSync(dir, { throwIfNoEntry: false }) === undefined && isStill()) {
    yield {
      code: 'container-folder-missing',
      severity: 'damage',
      subject: id,
      message: `${name} has lost its folder, and its log with it`,
      remedy: 'make it again',
      mend: () => void mkdirSync(dir, { recursive: true, mode: 0o700 }),
    };
  }
}

async function giveEmptyLayer({ containers, services, signal }: CheckContext, id: string): Promise<void> {
  using _lock = await lockContainer(containers, id, signal);
  const record = containers.records.get(id);
  if (record === undefined || services.snapshots.has(snapshotKey(id))) return;
  const image = services.images.get(record.imageId as never);
  if (image === undefined) {
    throw new GantryError({
      kind: 'not-found',
      code: 'image-not-found',
      message: `its image is gone as well: gantry rm ${record.name}`,
    });
  }
  await services.snapshots.prepare(snapshotKey(id), image.topChainId);
}

/** Names and users of images, which tell from the records what would be slow to look for. */
function* checkIndexes({ containers, services }: CheckContext): Generator<Problem> {
  const { metadata } = services;
  const wrong = metadata.transaction(() => {
    const found: { readonly subject: string; readonly mend: () => void }[] = [];
    for (const [name, id] of soundEntries(containers.names)) {
      if (!containers.records.has(id))
        found.push({ subject: `name ${name}`, mend: () => containers.names.delete(name) });
    }
    for (const key of containers.imageUsers.keys()) {
      if (!containers.records.has(key.slice(key.indexOf('/') + 1)))
        found.push({ subject: `image user ${key}`, mend: () => containers.imageUsers.delete(key) });
    }
    for (const [id, record] of soundEntries(containers.records)) {
      const user = `${record.imageId}/${id}`;
      if (!containers.imageUsers.has(user))
        found.push({ subject: `image user ${user}`, mend: () => containers.imageUsers.put(user, true) });
      if (!containers.names.has(record.name))
        found.push({
          subject: `name ${record.name}`,
          mend: () => containers.names.put(record.name, id),
        });
    }
    return found;
  });
  for (const { subject, mend } of wrong) {
    yield {
      code: 'container-index',
      severity: 'damage',
      subject,
      message: `the index of containers is wrong: ${subject}`,
      remedy: 'set it right from the records',
      mend,
    };
  }
}

export function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
