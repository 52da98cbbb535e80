import { createHash, hash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { TreeEntry } from './file-tree.ts';
import { isSameContent, openSource, sourceChanged } from './open-source.ts';
import { readChunks } from './read-chunks.ts';

/** What a regular file held when it was read. */
export interface FileContent {
  readonly sizeBytes: number;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
  /** Nobody had written to the file since it was listed. */
  readonly isAsListed: boolean;
}

/** Read at once, on this thread; what is larger goes through the thread pool. */
const smallBytes = 256 * 1024;
const scratch = Buffer.allocUnsafe(smallBytes);
/** How often a file that is being written to is read again. */
const attempts = 5;

/**
 * Digest of a regular file. Of one that is being written to, what it held at one moment: a log that only grows has had
 * its beginning all the time. Throws `conflict` / `source-changed` when it never comes to rest.
 */
export function fileDigest(entry: TreeEntry): FileContent | Promise<FileContent> {
  const { size } = entry.stats;
  if (size > smallBytes) return largeDigest(entry);
  using source = openSource(entry);
  let length = 0;
  while (length < size) {
    const count = readSync(source.fd, scratch, length, size - length, null);
    if (count === 0) break;
    length += count;
  }
  if (!isSameContent(fstatSync(source.fd), entry.stats)) return restlessDigest(entry);
  return { sizeBytes: size, digest: hash('sha256', scratch.subarray(0, length), 'hex'), isAsListed: true };
}

async function largeDigest(entry: TreeEntry): Promise<FileContent> {
  const { size } = entry.stats;
  using source = openSource(entry);
  const digest = await digestOf(source.fd, size);
  if (!isSameContent(fstatSync(source.fd), entry.stats)) return restlessDigest(entry);
  return { sizeBytes: size, digest, isAsListed: true };
}

async function restlessDigest(entry: TreeEntry): Promise<FileContent> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await pause(10 * attempt);
    using source = openSource(entry);
    const before = fstatSync(source.fd);
    const digest = await digestOf(source.fd, before.size);
    const after = fstatSync(source.fd);
    const isSettled =
      isSameContent(after, before) ||
      (after.size >= before.size && (await digestOf(source.fd, before.size)) === digest);
    if (isSettled) return { sizeBytes: before.size, digest, isAsListed: false };
  }
  throw sourceChanged(entry);
}

async function digestOf(fd: number, sizeBytes: number): Promise<string> {
  const state = createHash('sha256');
  for await (const chunk of readChunks(fd, { chunkBytes: 1 << 20, sizeBytes })) state.update(chunk);
  return state.digest('hex');
}
