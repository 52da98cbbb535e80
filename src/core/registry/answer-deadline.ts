import type { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';

/** A piece of a body may lie in buffers on the way for longer than an answer takes. */
const patienceWithUploads = 5;

/**
 * Breaks a request (`ETIMEDOUT`) whose answer has not begun in time, counted from the moment it has a connection: also
 * one that shakes hands, or sends its headers, a byte at a time, and one that hardly takes what is `sent`.
 */
export function answerDeadline(request: ClientRequest, timeoutMs: number, sent?: Readable): void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  request.once('socket', () => {
    const patienceMs = sent === undefined ? timeoutMs : timeoutMs * patienceWithUploads;
    timer = setTimeout(() => request.destroy(noAnswer()), patienceMs);
  });
  sent?.on('data', () => timer?.refresh());
  request.once('response', stop);
  request.once('close', stop);
}

/** As of a connection that is silent. */
export function noAnswer(): Error {
  return Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
}
