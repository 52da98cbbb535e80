import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { type ThreadError, toThreadError } from '../../base/thread-error.ts';
import { sha256Digester } from '../../oci/sha256.ts';
import { ByteRing, RingBroken } from './byte-ring.ts';
import { decompress } from './decompress.ts';
import { FileGrowth, GrowthBroken } from './file-growth.ts';
import { type OutputRoom, ownRoom } from './output-room.ts';

/** A file to read: by its path, or one that is still being written, by the sender's descriptor. */
export type InflateFile =
  | { readonly path: string }
  | { readonly fd: number; readonly growth: SharedArrayBuffer };

/** Told to the worker, one job after the other. Chunks of a streamed source follow on `port`. */
export interface InflateJob {
  readonly ring: SharedArrayBuffer;
  readonly file: InflateFile | undefined;
  /** Carries {@link InflateInput} in, {@link InflateReply} out. */
  readonly port: MessagePort;
  readonly wantDigest: boolean;
  readonly ratio: number;
  /** Passed on as they are, whatever they look like. */
  readonly isPlain: boolean;
}

/** `null` ends the source. */
export type InflateInput = Uint8Array<ArrayBuffer> | null;

export type InflateReply =
  /** With the buffer of what was sent, to be used again. */
  | { readonly kind: 'taken'; readonly doneBytes: number; readonly buffer?: ArrayBuffer }
  | { readonly kind: 'done'; readonly digest: string | undefined; readonly doneBytes: number }
  | { readonly kind: 'failed'; readonly error: ThreadError }
  /** The other end gave up, with an error of its own. */
  | { readonly kind: 'broken' };

const chunkBytes = 256 * 1024;

parentPort?.on('message', (job: InflateJob) => void run(job));

async function run(job: InflateJob): Promise<void> {
  const ring = new ByteRing(job.ring);
  const reply = (message: InflateReply, transfer: readonly ArrayBuffer[] = []): void =>
    job.port.postMessage(message, transfer);
  const digester = job.wantDigest ? sha256Digester() : undefined;
  let doneBytes = 0;
  const count = (chunk: Uint8Array): void => {
    digester?.update(chunk);
    doneBytes += chunk.length;
  };
  const taken = (buffer?: ArrayBuffer): void => {
    if (buffer === undefined) reply({ kind: 'taken', doneBytes });
    else reply({ kind: 'taken', doneBytes, buffer }, [buffer]);
  };
  /** What is made, or read, for the ring is put there at once. */
  const room: OutputRoom = () => ring.room(chunkBytes);
  try {
    const source =
      job.file === undefined
        ? receive(job.port, count, taken)
        : readFile(job.file, job.isPlain ? room : ownRoom(chunkBytes), count, taken);
    const { ratio } = job;
    for await (const piece of job.isPlain ? source : decompress(source, { ratio, room })) ring.write(piece);
    ring.end();
    reply({ kind: 'done', digest: digester?.digest(), doneBytes });
  } catch (error) {
    ring.break();
    const isTheirs = error instanceof RingBroken || error instanceof GrowthBroken;
    reply(isTheirs ? { kind: 'broken' } : { kind: 'failed', error: toThreadError(error) });
  } finally {
    job.port.close();
  }
}

function* readFile(
  file: InflateFile,
  room: OutputRoom,
  count: (chunk: Uint8Array) => void,
  taken: () => void,
): Generator<Uint8Array> {
  const growth = 'growth' in file ? new FileGrowth(file.growth) : undefined;
  const fd = 'fd' in file ? file.fd : openSync(file.path, constants.O_RDONLY);
  try {
    for (let at = 0; ; ) {
      const there = growth === undefined ? Number.POSITIVE_INFINITY : growth.beyond(at) - at;
      const buffer = room();
      const length = readSync(fd, buffer, 0, Math.min(buffer.length, there), at);
      if (length === 0) return;
      const chunk = buffer.subarray(0, length);
      at += length;
      count(chunk);
      yield chunk;
      taken();
    }
  } finally {
    if (!('fd' in file)) closeSync(fd);
  }
}

/** What comes on the port, until `null`. The sender holds back until its chunks are counted. */
async function* receive(
  port: MessagePort,
  count: (chunk: Uint8Array) => void,
  taken: (buffer: ArrayBuffer) => void,
): AsyncGenerator<Uint8Array> {
  const queue: InflateInput[] = [];
  let wake = Promise.withResolvers<void>();
  port.on('message', (chunk: InflateInput) => {
    queue.push(chunk);
    wake.resolve();
  });
  port.on('close', () => {
    queue.push(null);
    wake.resolve();
  });
  for (;;) {
    const chunk = queue.shift();
    if (chunk === undefined) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
    } else if (chunk === null) {
      return;
    } else {
      count(chunk);
      yield chunk;
      // The next one is asked for: this one is not looked at any more.
      taken(chunk.buffer);
    }
  }
}
