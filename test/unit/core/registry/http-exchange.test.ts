import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { httpExchange } from '../../../../src/core/registry/http-exchange.ts';
import { scriptedServer } from '../../../support/scripted-server.ts';

it('survives that a request is cancelled in the moment its answer ends', async () => {
  const domain = await scriptedServer((_, response) => void response.end('hello'));
  using exchange = httpExchange();
  const cancel = new AbortController();
  const { signal } = cancel;
  const { body } = await exchange.send({ method: 'GET', url: new URL(`http://${domain}/`), signal });
  const closed = new Promise((resolve) => body.socket.once('close', resolve));
  await once(body, 'readable');
  while (!body.complete) await turn();
  const thrown: unknown[] = [];
  const note = (error: unknown): void => void thrown.push(error);
  process.on('uncaughtException', note);
  try {
    expect(String(body.read())).toBe('hello');
    body.read();
    cancel.abort();
    await closed;
  } finally {
    process.off('uncaughtException', note);
  }
  expect(thrown).toEqual([]);
});
