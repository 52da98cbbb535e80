import { MessageChannel } from 'node:worker_threads';
import { GantryError } from '../../base/gantry-error.ts';
import { stoppable } from '../../base/stoppable.ts';
import { fromThreadError } from '../../base/thread-error.ts';
import { borrowWorker } from '../layers/worker-pool.ts';
import type { CopyJob, CopyReply } from './copy.worker.ts';
import type { WriterTotals } from './held-writer.ts';

/** Chunks of a tar the worker has not taken yet. */
const mostInFlight = 8;

/**
 * Copies a held file or folder, or unpacks a tar, into a held folder; in a worker thread. When it fails, what was
 * copied so far stays. Rejects `invalid`, `denied` / `read-only`, `corrupt` (a bad tar), `io`, `cancelled`.
 */
export async function runCopy(
  request: Omit<CopyJob, 'port' | 'cancelled' | 'source'> & {
    readonly source: NonNullable<CopyJob['source']> | AsyncIterable<Uint8Array>;
  },
  signal?: AbortSignal,
): Promise<WriterTotals> {
  signal?.throwIfAborted();
  using worker = borrowWorker('core/files/copy.worker.ts');
  const { port1: port, port2 } = new MessageChannel();
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const { promise: done, resolve, reject } = Promise.withResolvers<WriterTotals>();
  let isOver = false;
  let inFlight = 0;
  let roomMade = Promise.withResolvers<void>();
  port.on('message', (reply: CopyReply) => {
    if (reply.kind === 'taken') inFlight -= 1;
    else {
      isOver = true;
      if (reply.kind === 'done') resolve(reply.totals);
      else reject(fromThreadError(reply.error));
    }
    roomMade.resolve();
    roomMade = Promise.withResolvers<void>();
  });
  worker.onceFailed((error) => {
    isOver = true;
    reject(error);
    roomMade.resolve();
  });
  const onAbort = (): void => {
    Atomics.store(cancelled, 0, 1);
    if (tar !== undefined) port.postMessage(null);
  };
  const tar = 'folderFd' in request.source ? undefined : request.source;
  const source = tar === undefined ? (request.source as NonNullable<CopyJob['source']>) : undefined;
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.post({ ...request, port: port2, source, cancelled } satisfies CopyJob, [port2]);
  try {
    if (tar !== undefined) {
      const iterator = tar[Symbol.asyncIterator]();
      const waiting = stoppable(iterator);
      done.then(waiting.stop, waiting.stop);
      try {
        for (;;) {
          const next = await waiting.next();
          if (next === undefined || next.done === true) break;
          // A copy of its own: chunks of streams may share one buffer.
          const own = new Uint8Array(next.value);
          inFlight += 1;
          port.postMessage(own, [own.buffer]);
          while (!isOver && inFlight >= mostInFlight) await roomMade.promise;
        }
      } finally {
        iterator.return?.().catch(ignore);
      }
      port.postMessage(null);
    }
    return await done;
  } catch (error) {
    signal?.throwIfAborted();
    throw GantryError.from(error);
  } finally {
    Atomics.store(cancelled, 0, 1);
    signal?.removeEventListener('abort', onAbort);
    port.close();
  }
}

function ignore(): undefined {
  return undefined;
}
