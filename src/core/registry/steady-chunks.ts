import { GantryError } from '../../base/gantry-error.ts';
import type { HttpResponse } from './http-exchange.ts';

/** The slowest modem brings more, also when a pull shares it among its connections. */
const leastBytesPerSecond = 256;

/**
 * The bytes of an answer as they come. A connection that is silent breaks by itself; this finds the one that lets just
 * enough drip not to be: rejects `timeout` / `answer-too-slow` where {@link leastBytesPerSecond} do not come over the
 * time a silent one would be given. Only waiting counts: a reader that is slow is no fault of the sender. `peer`: what
 * messages call the other side.
 */
export async function* steadyChunks(
  { body, url, timeoutMs }: Pick<HttpResponse, 'body' | 'url' | 'timeoutMs'>,
  now: () => number = () => performance.now(),
  peer = 'registry',
): AsyncGenerator<Buffer> {
  const leastBytes = (leastBytesPerSecond * timeoutMs) / 1000;
  let waitedMs = 0;
  let bytes = 0;
  let asked = now();
  for await (const chunk of body as AsyncIterable<Buffer>) {
    waitedMs += now() - asked;
    bytes += chunk.length;
    if (waitedMs >= timeoutMs) {
      if (bytes < leastBytes) throw tooSlow(peer, url, bytes, waitedMs);
      waitedMs = 0;
      bytes = 0;
    }
    yield chunk;
    asked = now();
  }
}

function tooSlow(peer: string, { host }: URL, bytes: number, waitedMs: number): GantryError {
  return new GantryError({
    kind: 'timeout',
    code: 'answer-too-slow',
    message: `${peer} ${host} sent ${bytes} bytes in ${Math.round(waitedMs / 1000)} seconds, which is as good as nothing`,
    hint: 'Check the network connection, and proxies on the way. "timeout-seconds" in registries.json tells how long one is waited for.',
  });
}
