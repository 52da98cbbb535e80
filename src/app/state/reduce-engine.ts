import type { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { EngineEvent } from '../../engine/events.ts';
import type { ImageSummary } from '../../engine/images.ts';
import type { EngineState, ListedNoun } from './engine-state.ts';

export function imagesListed(state: EngineState, images: readonly ImageSummary[]): EngineState {
  return settled({ ...state, images });
}

export function containersListed(state: EngineState, containers: readonly ContainerSummary[]): EngineState {
  return settled({ ...state, containers });
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
      return ['images', 'containers'];
    // An image's row counts the containers that use it.
    case 'container.created':
    case 'container.removed':
      return ['containers', 'images'];
    case 'container.exec':
    case 'volume.created':
    case 'volume.removed':
    case 'network.created':
    case 'network.removed':
    case 'image.pushed':
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
