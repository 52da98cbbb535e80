import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { GantryError } from '../../base/gantry-error.ts';
import { type ThreadError, toThreadError } from '../../base/thread-error.ts';
import { dataExtents } from '../host/file-holes.ts';
import { openBeneath, openInRoot } from '../host/open-in-root.ts';
import { defaultLimits } from '../layers/default-limits.ts';
import { folderFlags, heldFolder } from '../layers/held-folder.ts';
import { layerPath } from '../layers/layer-path.ts';
import { contentFlags } from '../layers/layer-tar.ts';
import { scanHeld } from '../layers/scan-held.ts';
import { type ByteString, pathOf } from '../layers/tar/byte-string.ts';
import { TarParser } from '../layers/tar/tar-parser.ts';
import { copyFailure } from './copy-failure.ts';
import { HeldWriter, type WriterOptions, type WriterTotals } from './held-writer.ts';

/** One copy. Descriptors belong to who sends it, and stay open until the reply. */
export interface CopyJob {
  /** Carries chunks of a tar in, `null` at its end, and a {@link CopyReply} out for each and at last. */
  readonly port: MessagePort;
  /** Undefined: a tar comes in. */
  readonly source: { readonly folderFd: number; readonly name: ByteString } | undefined;
  readonly target: CopyTarget;
  readonly options: Pick<WriterOptions, 'rights' | 'devices' | 'updateFolders'>;
  /** Set to 1 to end it early. */
  readonly cancelled: Int32Array;
}

/** Where to: entries land below a folder, the first one under `as`. */
export interface CopyTarget {
  readonly folderFd: number;
  readonly as: ByteString;
  /**
   * A tar may name folders that are links inside (`lib` → `usr/lib`): they are followed as if this folder, which the
   * target's path is relative to, were the root. Undefined: none is followed.
   */
  readonly root: { readonly fd: number; readonly path: ByteString } | undefined;
}

export type CopyReply =
  | { readonly kind: 'taken' }
  | { readonly kind: 'done'; readonly totals: WriterTotals }
  | { readonly kind: 'failed'; readonly error: ThreadError };

parentPort?.on('message', (job: CopyJob) => {
  if (job.source === undefined) unpack(job);
  else answer(job, () => copy(job, job.source!));
});

const block = Buffer.allocUnsafeSlow(1024 * 1024);

function copy(job: CopyJob, source: NonNullable<CopyJob['source']>): CopyReply {
  const writer = openWriter(job);
  let at = '';
  try {
    const folder = heldFolder(source.folderFd);
    for (const { entry, source: content } of scanHeld({ folder, name: source.name, as: job.target.as })) {
      if (Atomics.load(job.cancelled, 0) !== 0) throw cancelled();
      at = entry.path;
      writer.begin(entry, cleanPath(entry.path), cleanPath(entry.linkPath));
      if (entry.type === 'file') writer.end(copyContent(job, content ?? '', writer));
    }
    return { kind: 'done', totals: writer.finish() };
  } catch (error) {
    throw copyFailure(error, at);
  } finally {
    writer.close();
  }
}

/** What it has, hole by hole; its length then. */
function copyContent(job: CopyJob, content: ByteString, writer: HeldWriter): number {
  const fd = openSync(pathOf(content), contentFlags);
  try {
    let end = 0;
    for (const { offset, length } of dataExtents(fd)) {
      for (let position = offset; position < offset + length; ) {
        if (Atomics.load(job.cancelled, 0) !== 0) throw cancelled();
        const got = readSync(fd, block, 0, Math.min(block.length, offset + length - position), position);
        if (got === 0) return end;
        writer.data(block.subarray(0, got), position);
        position += got;
        end = position;
      }
    }
    return Math.max(end, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

/** A tar as its chunks come in. */
function unpack(job: CopyJob): void {
  const writer = openWriter(job);
  const parser = new TarParser();
  let size = 0;
  let at = '';
  const take = (chunk: Uint8Array): void => {
    for (const event of parser.feed(chunk)) {
      if (event.kind === 'data') writer.data(event.chunk, event.offset);
      else if (event.kind === 'end') writer.end(size);
      else {
        at = event.entry.path;
        size = event.entry.sizeBytes;
        writer.begin(
          event.entry,
          layerPath(at, defaultLimits),
          linkPathOf(event.entry.linkPath, event.entry.type),
        );
      }
    }
  };
  const end = (reply: CopyReply): void => {
    writer.close();
    job.port.postMessage(reply);
    job.port.close();
  };
  job.port.on('message', (chunk: Uint8Array | null) => {
    try {
      if (Atomics.load(job.cancelled, 0) !== 0) throw cancelled();
      if (chunk !== null) {
        take(chunk);
        job.port.postMessage({ kind: 'taken' } satisfies CopyReply);
        return;
      }
      parser.finish();
      end({ kind: 'done', totals: writer.finish() });
    } catch (error) {
      end({ kind: 'failed', error: toThreadError(copyFailure(error, at)) });
    }
  });
}

function answer(job: CopyJob, work: () => CopyReply): void {
  let reply: CopyReply;
  try {
    reply = work();
  } catch (error) {
    reply = { kind: 'failed', error: toThreadError(error) };
  }
  job.port.postMessage(reply);
  job.port.close();
}

function openWriter({ target, options }: CopyJob): HeldWriter {
  const { folderFd, root } = target;
  return new HeldWriter({
    ...options,
    openFolder: (path) =>
      root === undefined
        ? openBeneath(folderFd, path === '' ? '.' : pathOf(path), folderFlags)
        : openInRoot(root.fd, pathOf(`${root.path}/${path}`), folderFlags),
  });
}

function linkPathOf(path: ByteString, type: string): ByteString {
  return type === 'hardlink' ? layerPath(path, defaultLimits) : '';
}

/** `./a/` → `a`; what the scanner made has nothing else to clean. */
function cleanPath(path: ByteString): ByteString {
  return path.replace(/^\.(?:\/|$)/, '').replace(/\/$/, '');
}

function cancelled(): GantryError {
  return new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' });
}
