import type { ContainerChanges, ContainerSpec, Resources } from '../../engine/containers.ts';
import { changeRecord, eventOf } from './change-record.ts';
import { checkSpec } from './check-spec.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import { watchExit } from './exit-command.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { writeRecordCopy } from './record-copy.ts';
import { settleLocked } from './settle.ts';

/** The port's `update`: the running container first, then the record, so that what was refused is not remembered. */
export async function updateContainer(
  context: ContainerContext,
  idOrName: string,
  changes: ContainerChanges,
  signal?: AbortSignal,
): Promise<{ readonly warnings: readonly string[] }> {
  const { id } = findContainer(context, idOrName);
  using _lock = await lockContainer(context, id, signal);
  const record = await settleLocked(context, id);
  if (record === undefined) throw noSuchContainer(idOrName);
  const { spec } = record;
  const resources = merged(spec.resources, changes.resources);
  const changed: ContainerSpec = { ...spec, resources, restart: changes.restart ?? spec.restart };
  const warnings = checkSpec(changed);
  if (changes.resources !== undefined && isAlive(record.state)) {
    await (await context.runtime()).update(id, containerDir(context, id), resources);
  }
  const updated = changeRecord(
    context,
    id,
    () => ({ spec: changed }),
    (now) => ({ type: 'container.updated', ...eventOf(now) }),
  );
  writeRecordCopy(containerDir(context, id), updated);
  if (changes.restart !== undefined && isAlive(record.state)) watchExit(context, record, updated);
  return { warnings };
}

/** A limit in other terms takes the place of the one it stands for. */
function merged(before: Resources = {}, changes: Resources = {}): Resources {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const result: Record<string, unknown> = { ...before, ...given };
  if (changes.cpus !== undefined) {
    delete result['cpuPeriodUs'];
    delete result['cpuQuotaUs'];
  } else if (changes.cpuPeriodUs !== undefined || changes.cpuQuotaUs !== undefined) {
    delete result['cpus'];
  }
  return result;
}
