import { MessageChannel } from 'node:worker_threads';
import { GantryError } from '../../base/gantry-error.ts';
import { stoppable } from '../../base/stoppable.ts';
import { fromThreadError } from '../../base/thread-error.ts';
import { parseDiffId, parseDigest } from '../../oci/digest.ts';
import { treeUsage } from '../host/tree-usage.ts';
import { ByteRing } from './byte-ring.ts';
import { defaultLimits } from './default-limits.ts';
import type { InflateFile, InflateInput, InflateJob, InflateReply } from './inflate.worker.ts';
import type { AppliedLayer, ApplyLayer, ApplyOptions } from './layer-io.ts';
import type { UnpackJob, UnpackReply } from './unpack.worker.ts';
import { borrowWorker } from './worker-pool.ts';

const ringBytes = 8 * 1024 * 1024;
/** Compressed bytes on their way to the worker at most. */
const inFlightBytes = 4 * 1024 * 1024;
const mostSpare = 16;

/**
 * See {@link ApplyLayer}. Two threads: one decompresses (and hashes what came), one hashes the tar and writes files,
 * confined to `targetDir`. On failure the target holds half a layer: drop its snapshot.
 *
 * Rejects `corrupt` (`bad-tar`, `bad-layer`, `bad-compression`, `layer-limit`), `io`, `cancelled`, or what the source
 * threw.
 */
export const applyLayer: ApplyLayer = async (source, targetDir, options) => {
  options.signal?.throwIfAborted();
  const limits = { ...defaultLimits, ...options.limits };
  const ring = new ByteRing({ capacityBytes: ringBytes });
  const { whiteouts, lowerDirs, knownDiffId, onWritten } = options;
  const wantDiffId = knownDiffId === undefined;
  const job = { ring: ring.shared, targetDir, whiteouts, lowerDirs, limits, wantDiffId };
  const unpacking = unpack(job, ring, onWritten);
  const inflating = inflate(source, ring, options, limits.ratio);
  const [unpacked, inflated] = await Promise.allSettled([unpacking, inflating]);
  options.signal?.throwIfAborted();
  if (inflated.status === 'rejected' || unpacked.status === 'rejected') {
    const reasons = [inflated, unpacked].map((it) => (it.status === 'rejected' ? it.reason : otherEndFailed));
    throw reasons.find((reason) => reason !== otherEndFailed) ?? otherEndFailed;
  }
  const { diffId, tarBytes, entries, isExact } = unpacked.value;
  const { sizeBytes, inodes } = isExact ? unpacked.value : await treeUsage(targetDir);
  const digest = options.knownDigest ?? parseDigest(inflated.value ?? '');
  return {
    diffId: knownDiffId ?? parseDiffId(diffId ?? ''),
    digest,
    tarBytes,
    sizeBytes,
    inodes,
    entries,
  } satisfies AppliedLayer;
};

type Unpacked = Extract<UnpackReply, { kind: 'done' }>;

/** Stands for "the other thread has the reason". */
const otherEndFailed = new GantryError({
  kind: 'internal',
  code: 'layer-pipe',
  message: 'the layer pipe broke',
});

/** Has the other thread write what comes out of the ring. */
async function unpack(
  job: Omit<UnpackJob, 'port'>,
  ring: ByteRing,
  onWritten: ApplyOptions['onWritten'],
): Promise<Unpacked> {
  using worker = borrowWorker('core/layers/unpack.worker.ts');
  const { port1: port, port2 } = new MessageChannel();
  const { promise, resolve, reject } = Promise.withResolvers<Unpacked>();
  port.on('message', (reply: UnpackReply) => {
    if (reply.kind === 'written') onWritten?.(reply.bytes);
    else if (reply.kind === 'done') resolve(reply);
    else reject(reply.kind === 'failed' ? fromThreadError(reply.error) : otherEndFailed);
  });
  worker.onceFailed((error) => {
    ring.break();
    reject(error);
  });
  worker.post({ ...job, port: port2 } satisfies UnpackJob, [port2]);
  try {
    return await promise;
  } finally {
    port.close();
  }
}

/** Feeds the decompressor. Result: digest of what it was fed, where wanted. */
async function inflate(
  source: Parameters<ApplyLayer>[0],
  ring: ByteRing,
  options: ApplyOptions,
  ratio: number,
): Promise<string | undefined> {
  using worker = borrowWorker('core/layers/inflate.worker.ts');
  const { port1: port, port2 } = new MessageChannel();
  const file = fileOf(source);
  const job: InflateJob = {
    ring: ring.shared,
    file,
    port: port2,
    wantDigest: options.knownDigest === undefined,
    isPlain: options.knownDiffId !== undefined,
    ratio,
  };
  const { promise: done, resolve, reject } = Promise.withResolvers<string | undefined>();
  /** They come back: fresh ones for every chunk would be gigabytes of rubbish, which is not taken out at once. */
  const spare: ArrayBuffer[] = [];
  let takenBytes = 0;
  let roomMade = Promise.withResolvers<void>();
  let isOver = false;
  const giveUp = (error: unknown): void => {
    isOver = true;
    ring.break();
    if ('growth' in source) source.growth.end(false);
    reject(error);
    roomMade.resolve();
  };
  const onAbort = (): void => giveUp(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  port.on('message', (reply: InflateReply) => {
    if (reply.kind === 'taken') {
      takenBytes = reply.doneBytes;
      if (reply.buffer !== undefined && spare.length < mostSpare) spare.push(reply.buffer);
      options.onProgress?.(takenBytes);
    } else {
      isOver = true;
      if (reply.kind === 'done') resolve(reply.digest);
      else reject(reply.kind === 'failed' ? fromThreadError(reply.error) : otherEndFailed);
    }
    roomMade.resolve();
    roomMade = Promise.withResolvers<void>();
  });
  worker.onceFailed(giveUp);
  worker.post(job, [port2]);
  try {
    if (Symbol.asyncIterator in source) {
      let sentBytes = 0;
      const iterator = source[Symbol.asyncIterator]();
      // A source that stalls must not hide that the other end has long failed.
      const waiting = stoppable(iterator);
      done.then(waiting.stop, waiting.stop);
      try {
        for (;;) {
          const next = await waiting.next();
          if (next === undefined || next.done === true) break;
          // A copy of its own: chunks of network streams share one buffer and must not be taken from their owner.
          const own = copyInto(spare.pop(), next.value);
          sentBytes += own.length;
          port.postMessage(own satisfies InflateInput, [own.buffer]);
          while (!isOver && sentBytes - takenBytes > inFlightBytes) await roomMade.promise;
        }
      } finally {
        // Not awaited: a generator that waits for its next chunk answers only after it.
        iterator.return?.().catch(ignore);
      }
      port.postMessage(null satisfies InflateInput);
    }
    return await done;
  } catch (error) {
    ring.break();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    port.close();
  }
}

function fileOf(source: Parameters<ApplyLayer>[0]): InflateFile | undefined {
  if ('path' in source) return { path: source.path };
  return 'growth' in source ? { fd: source.fd, growth: source.growth.shared } : undefined;
}

function copyInto(buffer: ArrayBuffer | undefined, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer === undefined || buffer.byteLength < chunk.length) return new Uint8Array(chunk);
  const copy = new Uint8Array(buffer, 0, chunk.length);
  copy.set(chunk);
  return copy;
}

function ignore(): undefined {
  return undefined;
}
