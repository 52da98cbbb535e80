import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { InputEvent } from '../../../../src/tui/input/input-event.ts';
import { StdinReader } from '../../../../src/tui/input/stdin-reader.ts';
import { until } from '../../../support/until.ts';

function reading(typing: boolean) {
  const input = new PassThrough();
  const turns: string[][] = [];
  let turn: string[] | undefined;
  const reader = new StdinReader(
    input,
    (event: InputEvent) => {
      if (turn === undefined) {
        turn = [];
        turns.push(turn);
        setImmediate(() => {
          turn = undefined;
        });
      }
      turn.push(event.kind === 'key' ? event.text || event.name : event.kind);
    },
    () => typing,
  );
  return { input, turns, reader };
}

it('hands out one key a turn of the event loop, however many came at once', async () => {
  const { input, turns, reader } = reading(false);
  using _reader = reader;
  input.write('jj\u001b[Bq');
  await until(() => turns.length === 4);
  expect(turns).toEqual([['j'], ['j'], ['down'], ['q']]);
});

it('hands letters over as one text while a field has the keys', async () => {
  const { input, turns, reader } = reading(true);
  using _reader = reader;
  input.write('hello wörld\u007f!\r');
  await until(() => turns.length === 4);
  expect(turns.flat()).toEqual(['hello wörld', 'backspace', '!', 'enter']);
});

it('waits a moment before a lone escape is a key', async () => {
  const { input, turns, reader } = reading(false);
  using _reader = reader;
  input.write('\u001b');
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns).toEqual([]);
  await until(() => turns.length === 1);
  expect(turns).toEqual([['esc']]);
});

it('reads nothing once it is disposed', async () => {
  const { input, turns, reader } = reading(false);
  reader[Symbol.dispose]();
  input.write('x');
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns).toEqual([]);
});
