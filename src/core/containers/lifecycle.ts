import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerState } from '../../engine/containers.ts';

/**
 * The states a record knows. `starting` is ours alone: somebody prepares the container, its process has not begun;
 * lists show it as what it was before.
 */
export type LifecycleState = ContainerState | 'starting';

/** What can befall a container. */
export type Move = 'start' | 'started' | 'startFailed' | 'pause' | 'unpause' | 'exit' | 'backOff' | 'remove';

/** The state machine, whole: from a state by a move to the next. What is not here cannot happen. */
export const legalMoves: Readonly<Record<Move, Readonly<Partial<Record<LifecycleState, LifecycleState>>>>> = {
  start: { created: 'starting', exited: 'starting', restarting: 'starting' },
  started: { starting: 'running' },
  startFailed: { starting: 'created' },
  pause: { running: 'paused' },
  unpause: { paused: 'running' },
  /** The process ended, however it came; `starting` when it was prepared and then abandoned or died at once. */
  exit: { starting: 'exited', running: 'exited', paused: 'exited', restarting: 'exited' },
  /** It ended and its restart policy brings it back after a while. */
  backOff: { running: 'restarting', paused: 'restarting', starting: 'restarting', exited: 'restarting' },
  /** A removal broken off half-way is taken up again. */
  remove: { created: 'removing', exited: 'removing', dead: 'removing', removing: 'removing' },
};

/** The state after the move. Throws `conflict` in Docker's words when the container is not in a state for it. */
export function nextState(
  container: { readonly id: string; readonly name: string; readonly state: LifecycleState },
  move: Move,
): LifecycleState {
  const next = legalMoves[move][container.state];
  if (next === undefined) throw refusal(container, move);
  return next;
}

/** Whether it has a process of its own, or is about to. */
export function isAlive(state: LifecycleState): boolean {
  return state === 'starting' || state === 'running' || state === 'paused';
}

/** Why a call that needs a running process cannot go on; nothing when it can. */
export function requireRunning(
  container: { readonly id: string; readonly state: LifecycleState },
  paused: string,
): void {
  if (container.state === 'running') return;
  if (container.state === 'paused') throw conflict('container-paused', paused);
  if (container.state === 'restarting') {
    throw conflict(
      'container-restarting',
      `Container ${container.id} is restarting, wait until the container is running`,
    );
  }
  throw notRunning(container.id);
}

export function notRunning(id: string, prefix = ''): GantryError {
  return conflict('container-not-running', `${prefix}container ${id} is not running`);
}

function refusal(
  container: { readonly id: string; readonly name: string; readonly state: LifecycleState },
  move: Move,
): GantryError {
  const { id, name, state } = container;
  switch (move) {
    case 'start':
      if (state === 'paused') {
        return conflict('container-paused', 'cannot start a paused container, try unpause instead');
      }
      if (state === 'removing' || state === 'dead') {
        return conflict('container-removing', 'container is marked for removal and cannot be started');
      }
      return conflict('container-running', `container ${id} is already running`);
    case 'pause':
      if (state === 'paused') return conflict('container-paused', `Container ${id} is already paused`);
      if (state === 'restarting') {
        return conflict(
          'container-restarting',
          `Container ${id} is restarting, wait until the container is running`,
        );
      }
      return notRunning(id);
    case 'unpause':
      return conflict('container-not-paused', `Container ${id} is not paused`);
    case 'remove': {
      const why =
        state === 'paused'
          ? 'container is paused and must be unpaused first'
          : `container is ${state === 'restarting' ? 'restarting' : 'running'}: stop the container before removing or force remove`;
      return conflict(
        state === 'paused' ? 'container-paused' : 'container-running',
        `cannot remove container "${name}": ${why}`,
      );
    }
    case 'exit':
    case 'backOff':
    case 'started':
    case 'startFailed':
      return conflict('container-moved-on', `container ${id} is ${state} by now`);
  }
}

function conflict(code: string, message: string): GantryError {
  return new GantryError({ kind: 'conflict', code, message });
}
