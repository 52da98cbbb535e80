import type { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { EngineEvent } from '../../engine/events.ts';
import type { EngineState, ListedNoun } from './engine-state.ts';

/** A list came whole. */
export function listed(state: EngineState, lists: Partial<Pick<EngineState, ListedNoun>>): EngineState {
  return settled({ ...state, ...lists });
}

/** The engine stopped answering: what was known stays on screen, with the reason. */
export function engineLost(state: EngineState, problem: GantryError): EngineState {
  return { ...state, phase: 'lost', problem };
}

/**
 * Applies at once what an event tells by itself, so that the screen does not wait for a list. What it does not tell
 * comes with the list that {@link staleNouns} asks for.
 */
export function applyEvent(state: EngineState, event: EngineEvent): EngineState {
  switch (event.type) {
    case 'container.started':
    case 'container.restarted':
      return change(state, event.id, { state: 'running', startedAt: event.time, exitCode: undefined });
    case 'container.unpaused':
      return change(state, event.id, { state: 'running' });
    case 'container.paused':
      return change(state, event.id, { state: 'paused' });
    case 'container.died':
      return change(state, event.id, {
        state: 'exited',
        exitCode: event.exitCode,
        finishedAt: event.time,
        pid: undefined,
      });
    case 'container.renamed':
      return change(state, event.id, { name: event.name });
    case 'container.health':
      return isHealth(event.health) ? change(state, event.id, { health: event.health }) : state;
    case 'container.removed':
      return { ...state, containers: state.containers?.filter(({ id }) => id !== event.id) };
    case 'image.deleted':
      return { ...state, images: state.images?.filter(({ id }) => id !== event.id) };
    default:
      return state;
  }
}

/** The lists an event leaves out of date. A gap: all of them. */
export function staleNouns(event: EngineEvent): readonly ListedNoun[] {
  switch (event.type) {
    case 'gap':
      return ['images', 'containers', 'volumes', 'networks'];
    // Rows of images, volumes and networks tell which containers use them.
    case 'container.created':
    case 'container.removed':
      return ['containers', 'images', 'volumes', 'networks'];
    case 'container.started':
    case 'container.restarted':
    case 'container.died':
      return ['containers', 'networks'];
    case 'volume.created':
    case 'volume.removed':
      return ['volumes'];
    case 'network.created':
    case 'network.removed':
      return ['networks'];
    case 'network.connected':
    case 'network.disconnected':
      return ['containers', 'networks'];
    // What they are told of stays as it was, or other events tell of the change.
    case 'container.attached':
    case 'container.detached':
    case 'container.exec-created':
    case 'container.exec-started':
    case 'container.exec-died':
    case 'container.exported':
    case 'container.killed':
    case 'container.pruned':
    case 'container.read':
    case 'container.resized':
    case 'container.stopped':
    case 'container.top':
    case 'container.written':
    case 'image.pruned':
    case 'image.pushed':
    case 'image.saved':
    case 'network.pruned':
    case 'volume.mounted':
    case 'volume.pruned':
    case 'volume.unmounted':
      return [];
    default:
      return event.type.startsWith('image.') ? ['images', 'containers'] : ['containers'];
  }
}

function settled(state: EngineState): EngineState {
  const known = state.images !== undefined && state.containers !== undefined;
  return { ...state, phase: known ? 'live' : 'loading', problem: undefined };
}

function change(state: EngineState, id: string, fields: Partial<ContainerSummary>): EngineState {
  const index = state.containers?.findIndex((container) => container.id === id) ?? -1;
  const before = state.containers?.[index];
  if (state.containers === undefined || before === undefined) return state;
  return { ...state, containers: state.containers.with(index, { ...before, ...fields }) };
}

function isHealth(value: string): value is ContainerSummary['health'] {
  return value === 'none' || value === 'starting' || value === 'healthy' || value === 'unhealthy';
}
