import { deferred } from '../../base/deferred.ts';
import type { OutputChunk } from '../../engine/session.ts';
import type { PipeReader } from '../host/pipe-reader.ts';

/** So much of one stream waits for the reader, in chunks, before the stream does. */
const highWater = 64;

/** Output of several pipes as it comes. */
export async function* mergedPipes(
  pipes: readonly { readonly stream: OutputChunk['stream']; readonly reader: PipeReader }[],
): AsyncGenerator<OutputChunk, void, undefined> {
  const waiting: OutputChunk[] = [];
  let open = pipes.length;
  let failure: unknown;
  let arrived = deferred<void>();
  let taken = deferred<void>();
  const pump = async ({ stream, reader }: (typeof pipes)[number]): Promise<void> => {
    try {
      for await (const data of reader.chunks()) {
        waiting.push({ stream, data });
        arrived.resolve();
        if (waiting.length >= highWater) await taken.promise;
      }
    } catch (error) {
      failure = error;
    } finally {
      open -= 1;
      arrived.resolve();
    }
  };
  for (const pipe of pipes) void pump(pipe);
  for (;;) {
    const chunk = waiting.shift();
    if (chunk !== undefined) {
      yield chunk;
      continue;
    }
    taken.resolve();
    taken = deferred();
    if (failure !== undefined) throw failure;
    if (open === 0) return;
    await arrived.promise;
    arrived = deferred();
  }
}
