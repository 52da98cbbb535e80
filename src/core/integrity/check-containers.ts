import { mkdirSync } from 'node:fs';
import { containerDir } from '../containers/container-context.ts';
import type { ContainerRecord } from '../containers/container-record.ts';
import { isMonitorLost } from '../containers/lost-status.ts';
import { isStale, settle } from '../containers/settle.ts';
import { lookAt } from '../host/look-at.ts';
import { checkContainerFolders } from './check-container-folders.ts';
import { checkContainerIndex } from './check-container-index.ts';
import { hasLayer, mendContainerLayer } from './mend-container-layer.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readSound, soundEntries } from './sound-entries.ts';

/** Containers have their folder, their read-write layer and their entries in the indexes; and folders a container. */
export function* checkContainers(context: CheckContext): Generator<Problem> {
  yield* checkContainerFolders(context);
  for (const [id, record] of soundEntries(context.containers.records)) {
    yield* checkContainer(context, id, record);
  }
  yield* checkContainerIndex(context);
}

function* checkContainer(context: CheckContext, id: string, record: ContainerRecord): Generator<Problem> {
  const { containers, services, signal } = context;
  const name = `container ${record.name}`;
  // One that has ended by itself is nothing wrong: whoever looks next buries it.
  if (isStale(record) && (record.state === 'starting' || record.state === 'removing')) {
    yield {
      code: 'container-half-done',
      severity: 'leftover',
      subject: id,
      message: `${name} was being ${record.state === 'starting' ? 'started' : 'removed'} by a process that is gone`,
      remedy: record.state === 'starting' ? 'take the start back' : 'finish the removal',
      done: record.state === 'starting' ? 'the start was taken back' : 'the removal was finished',
      mend: async () => {
        await settle(containers, record, signal);
      },
    };
    if (readSound(containers.records, id) === undefined || isStale(record)) return;
  }
  if (isMonitorLost(record)) {
    yield {
      code: 'monitor-lost',
      severity: 'damage',
      subject: id,
      message: `${name} runs without its monitor, which was killed: its output is lost, and so will be its exit status`,
      remedy: `restart it when that suits you: gantry restart ${record.name}`,
      done: '',
      mend: undefined,
    };
  }
  const isStill = (): boolean => {
    const state = readSound(containers.records, id)?.state;
    return state !== undefined && state !== 'removing';
  };
  if (!hasLayer(services.snapshots, id) && isStill()) {
    yield {
      code: 'container-layer-missing',
      severity: 'damage',
      subject: id,
      message: `${name} has lost its read-write layer, or what is known of it`,
      remedy: 'look for its folder and take that back, else give it an empty one',
      done: 'it has one again',
      mend: () => mendContainerLayer(context, id),
    };
  }
  const dir = containerDir(containers, id);
  if (lookAt(dir) === undefined && isStill()) {
    yield {
      code: 'container-folder-missing',
      severity: 'damage',
      subject: id,
      message: `${name} has lost its folder, and its log with it`,
      remedy: 'make it again',
      done: 'made again',
      mend: () => void mkdirSync(dir, { recursive: true, mode: 0o700 }),
    };
  }
}
