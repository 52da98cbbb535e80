import { isFrozen } from '../host/cgroups/freezer.ts';
import { bootId } from '../host/process-identity.ts';
import { readExitStatus } from '../runtime/conmon/exit-files.ts';
import { containerCgroup } from '../runtime/free-state.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { generateName } from './generate-name.ts';
import { isAlive } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { lostStatus, lostStatusReason } from './lost-status.ts';
import { readRecordCopy } from './record-copy.ts';
import { isStale, latest } from './settle.ts';

/**
 * Writes the record of a container anew from the copy in its folder, where it is lost or cannot be read. One that runs
 * is known again as running; of one that does not, nothing is started, whatever its restart policy says. Whether that
 * could be done; without a copy, or while processes run that it does not tell of, nothing is touched.
 */
export async function restoreRecord(
  context: ContainerContext,
  id: string,
  isLost: () => boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  using _lock = await lockContainer(context, id, signal);
  const copy = readRecordCopy(containerDir(context, id), id);
  if (copy === undefined) return false;
  const processes = await (await context.runtime()).processes(id);
  const runs = isAlive(copy.state) && !isStale(copy);
  if (processes.length > 0 && !runs) return false;
  context.metadata.transaction(() => {
    if (!isLost()) return;
    const record = { ...(runs ? atWork(copy) : atRest(context, copy)), name: nameOf(context, copy) };
    context.names.put(record.name, id);
    context.records.put(id, record);
    context.imageUsers.put(`${record.imageId}/${id}`, true);
  });
  if (!runs) for (const endpoint of copy.endpoints) await (await context.networking()).release(endpoint);
  return true;
}

/** Paused, maybe, since it was started. */
function atWork(copy: ContainerRecord): ContainerRecord {
  return { ...copy, state: isFrozen(containerCgroup(copy.id)) ? 'paused' : 'running' };
}

/** As after its last run, stopped by a person. */
function atRest(context: ContainerContext, copy: ContainerRecord): ContainerRecord {
  if (copy.startedAt === undefined && copy.state === 'created') return copy;
  const status = readExitStatus(copy.id, containerDir(context, copy.id));
  return {
    ...copy,
    state: 'exited',
    run: undefined,
    endpoints: [],
    health: undefined,
    exitCode: status?.exitCode ?? lostStatus,
    error: status === undefined ? lostStatusReason(copy.run?.bootId === bootId()) : copy.error,
    finishedAt: latest(status?.finishedAt ?? new Date().toISOString(), copy.startedAt),
    oomKilled: status?.oomKilled ?? false,
    restarts: { ...copy.restarts, dueAt: undefined },
    stoppedByHand: true,
  };
}

/** The name by which it is known, which may have changed since; another has its old one: a new one. */
function nameOf(context: ContainerContext, { id, name }: ContainerRecord): string {
  for (const known of context.names.keys()) if (readName(context, known) === id) return known;
  return context.names.has(name) ? generateName(id, (taken) => context.names.has(taken)) : name;
}

function readName(context: ContainerContext, name: string): string | undefined {
  try {
    return context.names.get(name);
  } catch {
    return undefined;
  }
}
