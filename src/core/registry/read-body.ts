import { GantryError } from '../../base/gantry-error.ts';
import type { HttpResponse } from './http-exchange.ts';
import { steadyChunks } from './steady-chunks.ts';

/** So many times as long as silence is borne all of a document may take. */
const patience = 5;

/**
 * Reads a whole answer, up to `limitBytes`; more is `corrupt` / `answer-too-large`. Rejects `network` /
 * `answer-cut-short` when the connection breaks, `timeout` / `answer-too-slow` where it does not come to an end.
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
  const { host } = response.url;
  const until = performance.now() + patience * response.timeoutMs;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of steadyChunks(response)) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new GantryError({
        kind: 'corrupt',
        code: 'answer-too-large',
        message: `registry ${host} answers with more than ${limitBytes} bytes where a small document was due`,
      });
    }
    if (performance.now() > until) {
      throw new GantryError({
        kind: 'timeout',
        code: 'answer-too-slow',
        message: `registry ${host} does not come to an end with a small document: ${size} bytes so far`,
        hint: 'Try again on a faster connection.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
