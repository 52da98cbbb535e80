import { type BigIntStats, closeSync, constants, openSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { GantryError } from '../../base/gantry-error.ts';
import { type ThreadError, toThreadError } from '../../base/thread-error.ts';
import { sha256Digester } from '../../oci/sha256.ts';
import { type TreeUsage, UsageCounter } from '../host/tree-usage.ts';
import { awaitAtGate, type GateEnd } from './folder-gate.ts';
import { heldFolder } from './held-folder.ts';
import type { LayerFolder } from './layer-io.ts';
import { layerTar, tarOf } from './layer-tar.ts';
import { scanHeld } from './scan-held.ts';
import type { ScanWatcher } from './scan-layer.ts';
import type { ByteString } from './tar/byte-string.ts';

/** What is to be made a tar, or is one. `output` undefined: only its digest is wanted. */
export interface PackJob {
  /** Carries {@link PackReply} out; every message in says that one chunk was taken, its close that nobody reads on. */
  readonly port: MessagePort;
  readonly source: LayerFolder | { readonly tarPath: string } | HeldTree;
  readonly output: 'none' | 'gzip' | undefined;
  /** Of a layer's folder that is still being written. */
  readonly gate?: GateEnd | undefined;
}

/** A file or folder that may be in use. The descriptor belongs to who sends it, and stays open until the end. */
export interface HeldTree {
  readonly folderFd: number;
  readonly name: ByteString;
  readonly as: ByteString;
}

export type PackReply =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer>; readonly tarBytes: number }
  | {
      readonly kind: 'done';
      readonly diffId: string;
      readonly tarBytes: number;
      /** Of a folder with the layer's own files alone, when only its digest was wanted. */
      readonly usage?: TreeUsage | undefined;
    }
  | { readonly kind: 'failed'; readonly error: ThreadError };

/** A gzip member each: long enough to lose next to nothing, short enough to keep all cores busy. */
const memberBytes = 2 * 1024 * 1024;
const hashBytes = 1024 * 1024;
/** Chunks under way: in compression or not yet taken. */
const mostInFlight = 4;
/** As small as 6 within a few percent, in half the time. */
const gzipLevel = 4;

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);

parentPort?.on('message', (job: PackJob) => void run(job));

async function run(job: PackJob): Promise<void> {
  try {
    job.port.postMessage(job.output === undefined ? hashOnly(job) : await pack(job, job.output));
  } catch (error) {
    job.port.postMessage({ kind: 'failed', error: toThreadError(error) } satisfies PackReply);
  } finally {
    job.port.close();
  }
}

function hashOnly({ source, gate }: PackJob): PackReply {
  const digester = sha256Digester();
  const block = Buffer.allocUnsafeSlow(hashBytes);
  const counter = new UsageCounter();
  const watcher = {
    beforeFolder: gate && awaitAtGate(gate),
    saw: (stat: BigIntStats) => counter.add(stat),
  };
  let tarBytes = 0;
  for (const piece of tarBlocks(source, () => block, watcher)) {
    digester.update(piece);
    tarBytes += piece.length;
  }
  const usage = 'layerDir' in source && source.baseDir === undefined ? counter.usage : undefined;
  return { kind: 'done', diffId: digester.digest(), tarBytes, usage };
}

function tarBlocks(
  source: PackJob['source'],
  newBlock: () => Buffer,
  watcher?: ScanWatcher,
): Generator<Buffer, void, undefined> {
  if ('tarPath' in source) return fileBlocks(source.tarPath, newBlock);
  if ('layerDir' in source) return layerTar(source, newBlock, watcher);
  const { folderFd, ...entry } = source;
  return tarOf(scanHeld({ ...entry, folder: heldFolder(folderFd) }), newBlock, { mayVanish: true });
}

function* fileBlocks(path: string, newBlock: () => Buffer): Generator<Buffer, void, undefined> {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    for (;;) {
      const block = newBlock();
      const length = readSync(fd, block);
      if (length === 0) return;
      yield block.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** Compresses several blocks at once in the thread pool, sends them in order, and never runs far ahead of the reader. */
async function pack({ port, source }: PackJob, output: 'none' | 'gzip'): Promise<PackReply> {
  const digester = sha256Digester();
  const gate = flowGate(port);
  let tarBytes = 0;
  let sent: Promise<void> = Promise.resolve();
  for (const piece of tarBlocks(source, () => Buffer.allocUnsafeSlow(memberBytes))) {
    await gate.enter();
    digester.update(piece);
    tarBytes += piece.length;
    const atBytes = tarBytes;
    const packed = output === 'gzip' ? compress(piece, { level: gzipLevel }) : Promise.resolve(piece);
    sent = Promise.all([packed, sent]).then(([bytes]) => {
      const own = new Uint8Array(bytes);
      port.postMessage({ kind: 'chunk', bytes: own, tarBytes: atBytes } satisfies PackReply, [own.buffer]);
    });
    sent.catch(() => undefined);
  }
  await sent;
  return { kind: 'done', diffId: digester.digest(), tarBytes };
}

/** Lets `mostInFlight` in until the other side answers. Throws `cancelled` when that is gone. */
function flowGate(port: MessagePort): { enter(): Promise<void> } {
  let inFlight = 0;
  let isClosed = false;
  let wake = Promise.withResolvers<void>();
  const notify = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  port.on('message', () => {
    inFlight -= 1;
    notify();
  });
  port.on('close', () => {
    isClosed = true;
    notify();
  });
  return {
    async enter() {
      while (!isClosed && inFlight >= mostInFlight) await wake.promise;
      if (isClosed) throw new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' });
      inFlight += 1;
    },
  };
}
