import type { NewEngineEvent } from '../../engine/events.ts';
import { withReserve } from '../metadata/reserve.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { noSuchContainer } from './find-container.ts';

/**
 * Reads the record anew, changes it and tells of it, in one transaction. `change` may throw to leave everything as it
 * was. Throws `not-found` when the container is gone.
 */
export function changeRecord(
  context: ContainerContext,
  id: string,
  change: (current: ContainerRecord) => Partial<ContainerRecord>,
  events: (changed: ContainerRecord) => NewEngineEvent | readonly NewEngineEvent[] = () => [],
): ContainerRecord {
  return context.metadata.transaction(() => {
    const current = context.records.get(id);
    if (current === undefined) throw noSuchContainer(id);
    const changed = { ...current, ...change(current) };
    context.records.put(id, changed);
    for (const event of [events(changed)].flat()) context.metadata.journal.append(event);
    return changed;
  });
}

/** As {@link changeRecord}, for what ends, rests or goes: it has the space that is set aside for a full disk. */
export function changeRecordAtLast(
  context: ContainerContext,
  ...rest: Parameters<typeof changeRecord> extends [unknown, ...infer Rest] ? Rest : never
): ContainerRecord {
  return withReserve(context.dirs.database, () => changeRecord(context, ...rest));
}

/** The fields every event of a container has. */
export function eventOf({ id, name, image, labels }: ContainerRecord): {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
} {
  return { id, name, image, ...(Object.keys(labels).length > 0 && { labels }) };
}
