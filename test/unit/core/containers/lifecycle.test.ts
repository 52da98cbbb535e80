import { expect, test } from 'vitest';
import {
  type LifecycleState,
  legalMoves,
  type Move,
  nextState,
} from '../../../../src/core/containers/lifecycle.ts';

const id = 'c'.repeat(64);
const attempt = (state: LifecycleState, move: Move) => nextState({ id, name: 'web', state }, move);
const states: readonly LifecycleState[] = [
  'created',
  'starting',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

test('a life from creation to removal', () => {
  let state: LifecycleState = 'created';
  for (const move of [
    'start',
    'started',
    'pause',
    'unpause',
    'exit',
    'backOff',
    'start',
    'started',
    'exit',
    'remove',
  ] as const) {
    state = attempt(state, move);
  }
  expect(state).toBe('removing');
});

test('every move out of every state is either in the table or a conflict', () => {
  for (const move of Object.keys(legalMoves) as Move[]) {
    for (const state of states) {
      const legal = legalMoves[move][state];
      if (legal === undefined) {
        expect(() => attempt(state, move)).toThrow(expect.objectContaining({ kind: 'conflict' }));
      } else {
        expect(attempt(state, move)).toBe(legal);
      }
    }
  }
});

test('nothing but a removal leaves "removing", and nothing leaves it alive', () => {
  for (const move of Object.keys(legalMoves) as Move[]) {
    expect(legalMoves[move].removing).toBe(move === 'remove' ? 'removing' : undefined);
  }
});

test.each([
  ['paused', 'start', 'cannot start a paused container, try unpause instead'],
  ['removing', 'start', 'container is marked for removal and cannot be started'],
  ['exited', 'pause', `container ${id} is not running`],
  ['paused', 'pause', `Container ${id} is already paused`],
  ['running', 'unpause', `Container ${id} is not paused`],
  [
    'running',
    'remove',
    'cannot remove container "web": container is running: stop the container before removing or force remove',
  ],
  ['paused', 'remove', 'cannot remove container "web": container is paused and must be unpaused first'],
] as const)('%s and %s: "%s"', (state, move, message) => {
  expect(() => attempt(state, move)).toThrow(message);
});
