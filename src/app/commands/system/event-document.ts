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
  'image.saved': 'save',
  'image.imported': 'import',
  'image.built': 'build',
  'image.committed': 'create',
  'image.deleted': 'delete',
  'image.pruned': 'prune',
  'container.created': 'create',
  'container.started': 'start',
  'container.stopped': 'stop',
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
  'container.attached': 'attach',
  'container.detached': 'detach',
  'container.resized': 'resize',
  'container.top': 'top',
  'container.exported': 'export',
  'container.read': 'archive-path',
  'container.written': 'extract-to-dir',
  'container.exec-created': 'exec_create',
  'container.exec-started': 'exec_start',
  'container.exec-died': 'exec_die',
  'container.health': 'health_status',
  'container.pruned': 'prune',
  'volume.created': 'create',
  'volume.removed': 'destroy',
  'volume.mounted': 'mount',
  'volume.unmounted': 'unmount',
  'volume.pruned': 'prune',
  'network.created': 'create',
  'network.removed': 'destroy',
  'network.connected': 'connect',
  'network.disconnected': 'disconnect',
  'network.pruned': 'prune',
} as const satisfies Record<Exclude<EngineEvent['type'], 'gap'>, string>;

/** Undefined for a gap, which is nothing that happened. */
export function eventDocument(event: EngineEvent): EventDocument | undefined {
  if (event.type === 'gap') return undefined;
  const note = 'command' in event ? event.command : 'health' in event ? event.health : '';
  const timeMs = Date.parse(event.time);
  return {
    Type: event.type.slice(0, event.type.indexOf('.')) as EventDocument['Type'],
    Action: note === '' ? actions[event.type] : `${actions[event.type]}: ${note}`,
    Actor: {
      ID: 'id' in event ? event.id : 'name' in event ? event.name : '',
      Attributes: attributes(event),
    },
    scope: 'local',
    time: Math.trunc(timeMs / 1000),
    timeNano: timeMs * 1e6,
  };
}

/** What Docker tells of it besides: its own words for our fields. */
function attributes(event: Exclude<EngineEvent, { type: 'gap' }>): Readonly<Record<string, string>> {
  const { type } = event;
  const found: Record<string, string> = { ...('labels' in event ? event.labels : undefined) };
  if (type.startsWith('volume.') && type !== 'volume.pruned') found['driver'] = 'local';
  if (type.startsWith('network.') && type !== 'network.pruned') found['type'] = 'bridge';
  if (type === 'volume.mounted') found['propagation'] = '';
  for (const [field, value] of Object.entries(event)) {
    const key = attributeOf(type, field);
    if (key === undefined || value === undefined) continue;
    found[key] = shown(field, value, type);
  }
  if (event.type === 'image.deleted' && event.name === undefined) found['name'] = event.id;
  return found;
}

const notAttributes = new Set(['type', 'time', 'id', 'command', 'health', 'labels']);
const otherNames: Readonly<Record<string, string>> = {
  execId: 'execID',
  imageId: 'imageID',
  imageName: 'imageRef',
  readOnly: 'read/write',
};

function attributeOf(type: EngineEvent['type'], field: string): string | undefined {
  if (notAttributes.has(field) || (field === 'name' && type.startsWith('volume.'))) return undefined;
  return otherNames[field] ?? field;
}

function shown(field: string, value: unknown, type: EngineEvent['type']): string {
  if (field === 'readOnly') return String(value !== true);
  if (field === 'oldName') return `/${value}`;
  const isImage = field === 'imageName' || (field === 'name' && type.startsWith('image.'));
  return isImage ? familiar(String(value)) : String(value);
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
