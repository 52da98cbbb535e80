import type { HttpResponse } from './http-exchange.ts';

/** As much is read for the sake of the connection; a new one costs less than more. */
const mostBytes = 256 * 1024;

/** Lets go of an answer whose body nobody wants. A short one is read, so that its connection can be used again. */
export function discardBody({ body }: Pick<HttpResponse, 'body'>): void {
  let size = 0;
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostBytes) body.destroy();
  });
}
