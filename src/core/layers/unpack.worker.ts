import { type MessagePort, parentPort } from 'node:worker_threads';
import { type ThreadError, toThreadError } from '../../base/thread-error.ts';
import { sha256Digester } from '../../oci/sha256.ts';
import { confineThread } from '../host/confine-thread.ts';
import { isErrno } from '../host/system-error.ts';
import { ByteRing, RingBroken } from './byte-ring.ts';
import { layerError, layerLimitError } from './layer-error.ts';
import type { ApplyOptions, LayerLimits } from './layer-io.ts';
import { type LayerTotals, LayerWriter } from './layer-writer.ts';
import { LowerLayers } from './lower-layers.ts';
import { TarParser } from './tar/tar-parser.ts';

/** One layer to write. The reply comes on `port`. */
export interface UnpackJob {
  readonly port: MessagePort;
  readonly ring: SharedArrayBuffer;
  readonly targetDir: string;
  readonly whiteouts: 'overlay' | 'delete';
  readonly limits: LayerLimits;
  /** See {@link ApplyOptions.lowerDirs}. */
  readonly lowerDirs: readonly string[] | undefined;
  readonly wantDiffId: boolean;
}

export type UnpackReply =
  | ({ readonly kind: 'done'; readonly diffId: string | undefined; readonly tarBytes: number } & LayerTotals)
  /** On the way: so much has been written since the last of these. */
  | { readonly kind: 'written'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly error: ThreadError }
  | { readonly kind: 'broken' };

const tellEveryBytes = 32 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

parentPort?.on('message', (job: UnpackJob) => {
  job.port.postMessage(run(job));
  job.port.close();
});

function run(job: UnpackJob): UnpackReply {
  const ring = new ByteRing(job.ring);
  let writer: LayerWriter | undefined;
  const digester = job.wantDiffId ? sha256Digester() : undefined;
  const parser = new TarParser();
  let plainBytes = 0;
  let toldBytes = 0;
  try {
    using lower = job.lowerDirs === undefined ? undefined : new LowerLayers(job.lowerDirs);
    using _ = confineThread(job.targetDir);
    writer = new LayerWriter({ whiteouts: job.whiteouts, limits: job.limits, lower });
    for (;;) {
      const piece = ring.peek(pieceBytes);
      if (piece === undefined) break;
      plainBytes += piece.length;
      if (plainBytes > job.limits.unpackedBytes) {
        throw layerLimitError('unpacked size in bytes', job.limits.unpackedBytes);
      }
      digester?.update(piece);
      for (const event of parser.feed(piece)) {
        if (event.kind === 'data') writer.data(event.chunk, event.offset);
        else if (event.kind === 'entry') writer.begin(event.entry);
        else writer.end();
      }
      ring.release(piece.length);
      if (plainBytes - toldBytes < tellEveryBytes) continue;
      job.port.postMessage({ kind: 'written', bytes: plainBytes - toldBytes } satisfies UnpackReply);
      toldBytes = plainBytes;
    }
    parser.finish();
    return { kind: 'done', diffId: digester?.digest(), tarBytes: plainBytes, ...writer.finish() };
  } catch (error) {
    ring.break();
    writer?.abandon();
    if (error instanceof RingBroken) return { kind: 'broken' };
    return { kind: 'failed', error: toThreadError(blameLayer(error)) };
  }
}

/** What only names inside the layer can cause is the layer's fault, not the disk's. */
function blameLayer(error: unknown): unknown {
  const isNaming = isErrno(
    error,
    'ENOENT',
    'ENOTDIR',
    'EISDIR',
    'ELOOP',
    'EEXIST',
    'ENAMETOOLONG',
    'EINVAL',
    'ERANGE',
    // An attribute larger than a kernel takes.
    'E2BIG',
  );
  return isNaming ? layerError(shortened((error as Error).message)) : error;
}

/** A system error quotes paths, which a layer makes as long as it likes. */
function shortened(message: string): string {
  return message.length <= mostCharacters ? message : `${message.slice(0, mostCharacters)}…`;
}

const mostCharacters = 300;
