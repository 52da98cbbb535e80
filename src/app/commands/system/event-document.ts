import type { EngineEvent } from '../../../engine/events.ts';
import { familiarReference, parseReference } from '../../../oci/reference.ts';

/** An event in the shape of Docker's Engine API. */
export interface EventDocument {
  readonly Type: 'container' | 'image' | 'volume' | 'network';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  readonly time: number;
  readonly timeNano: number;
}

const actions = {
  'image.pulled': 'pull',
  'image.pushed': 'push',
  'image.tagged': 'tag',
  'image.untagged': 'untag',
  'image.loaded': 'load',
  'image.imported': 'import',
  'image.built': 'build',
  'image.committed': 'create',
  'image.deleted': 'delete',
  'container.created': 'create',
  'container.started': 'start',
  'container.paused': 'pause',
  'container.unpaused': 'unpause',
  'container.restarted': 'restart',
  'container.updated': 'update',
  'container.removed': 'destroy',
  'container.renamed': 'rename',
  'container.died': 'die',
  'container.oom': 'oom',
  'container.committed': 'commit',
  'container.killed': 'kill',
  'container.exec': 'exec_start',
  'container.health': 'health_status',
  'volume.created': 'create',
  'volume.removed': 'destroy',
  'network.created': 'create',
  'network.removed': 'destroy',
  'network.connected': 'connect',
  'network.disconnected': 'disconnect',
} as const satisfies Record<Exclude<EngineEvent['type'], 'gap'>, string>;

/** Undefined for a gap, which is nothing that happened. */
export function eventDocument(event: EngineEvent): EventDocument | undefined {
  if (event.type === 'gap') return undefined;
  const { type, time, ...facts } = event;
  const attributes: Record<string, string> = { ...('labels' in event ? event.labels : undefined) };
  for (const [key, value] of Object.entries(facts)) {
    if (key !== 'id' && key !== 'command' && key !== 'health' && key !== 'labels' && value !== undefined)
      attributes[key] = key === 'name' && type.startsWith('image.') ? familiar(String(value)) : String(value);
  }
  const note =
    event.type === 'container.exec' ? event.command : event.type === 'container.health' ? event.health : '';
  const timeMs = Date.parse(time);
  return {
    Type: type.slice(0, type.indexOf('.')) as EventDocument['Type'],
    Action: note === '' ? actions[type] : `${actions[type]}: ${note}`,
    Actor: { ID: 'id' in event ? event.id : event.name, Attributes: attributes },
    scope: 'local',
    time: Math.trunc(timeMs / 1000),
    timeNano: timeMs * 1e6,
  };
}

function familiar(name: string): string {
  try {
    return familiarReference(parseReference(name));
  } catch {
    return name;
  }
}

/** `2026-03-01T10:00:00.000Z container start ID (image=web:1, name=web)` */
export function eventLine(time: string, { Type, Action, Actor }: EventDocument): string {
  const attributes = Object.keys(Actor.Attributes)
    .toSorted()
    .map((key) => `${key}=${Actor.Attributes[key]}`);
  return `${time} ${Type} ${Action} ${Actor.ID}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}`;
}
