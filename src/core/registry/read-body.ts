import { GantryError } from '../../base/gantry-error.ts';
import type { HttpResponse } from './http-exchange.ts';

/**
 * Reads a whole answer, up to `limitBytes`; more is `corrupt` / `answer-too-large`. Rejects `network` /
 * `answer-cut-short` when the connection breaks.
 */
export async function readBody(response: HttpResponse, limitBytes: number): Promise<Buffer> {
  try {
    return await readWithin(response, limitBytes);
  } catch (error) {
    if (error instanceof GantryError) throw error;
    throw new GantryError({
      kind: 'network',
      code: 'answer-cut-short',
      message: `the connection to registry ${response.url.host} broke in the middle of its answer`,
      hint: 'Try again.',
      details: { errno: (error as NodeJS.ErrnoException).code ?? 'ECONNRESET' },
      cause: error,
    });
  }
}

async function readWithin(response: HttpResponse, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      response.body.destroy();
      throw new GantryError({
        kind: 'corrupt',
        code: 'answer-too-large',
        message: `registry ${response.url.host} answers with more than ${limitBytes} bytes where a small document was due`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
