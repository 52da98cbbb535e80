import type { NewEngineEvent } from '../../engine/events.ts';
import { eventOf } from './change-record.ts';
import type { ContainerRecord } from './container-record.ts';

/** What a start tells, in Docker's order. */
export function startEvents(record: ContainerRecord, isAttached: boolean): readonly NewEngineEvent[] {
  return [
    ...(isAttached ? [{ type: 'container.attached', ...eventOf(record) } as const] : []),
    ...networkEvents(record, 'network.connected'),
    ...record.mounts.flatMap((mount) =>
      mount.type === 'volume' && mount.name !== undefined
        ? [
            {
              type: 'volume.mounted',
              name: mount.name,
              container: record.id,
              destination: mount.target,
              readOnly: mount.readOnly,
            } as const,
          ]
        : [],
    ),
    { type: 'container.started', ...eventOf(record) },
  ];
}

/** What the end of a run tells; `record` is as it was while it ran. */
export function endEvents(
  record: ContainerRecord,
  ended: { readonly exitCode: number; readonly oomKilled: boolean; readonly lost: boolean },
): readonly NewEngineEvent[] {
  return [
    ...(ended.oomKilled ? [{ type: 'container.oom', ...eventOf(record) } as const] : []),
    {
      type: 'container.died',
      ...eventOf(record),
      exitCode: ended.exitCode,
      ...(ended.lost && { statusLost: true }),
    },
    ...networkEvents(record, 'network.disconnected'),
    ...record.mounts.flatMap((mount) =>
      mount.type === 'volume' && mount.name !== undefined
        ? [{ type: 'volume.unmounted', name: mount.name, container: record.id } as const]
        : [],
    ),
  ];
}

function networkEvents(
  { id, endpoints }: ContainerRecord,
  type: 'network.connected' | 'network.disconnected',
): readonly NewEngineEvent[] {
  return endpoints.map(({ networkId, name }) => ({ type, id: networkId, name, container: id }));
}
