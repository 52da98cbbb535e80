import { createHash, hash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { TreeEntry } from './file-tree.ts';
import { assertUnchanged, openSource } from './open-source.ts';
import { readChunks } from './read-chunks.ts';

/** Read at once, on this thread; what is larger goes through the thread pool. */
const smallBytes = 256 * 1024;
const scratch = Buffer.allocUnsafe(smallBytes);

/** SHA-256 of a regular file, 64 hexadecimal digits. Throws `conflict` / `source-changed`. */
export function fileDigest(entry: TreeEntry): string | Promise<string> {
  if (entry.stats.size > smallBytes) return largeDigest(entry);
  using source = openSource(entry);
  let length = 0;
  while (length < scratch.length) {
    const count = readSync(source.fd, scratch, length, scratch.length - length, null);
    if (count === 0) break;
    length += count;
    if (length === entry.stats.size) break;
  }
  assertUnchanged(source, entry);
  return hash('sha256', scratch.subarray(0, length), 'hex');
}

async function largeDigest(entry: TreeEntry): Promise<string> {
  using source = openSource(entry);
  const state = createHash('sha256');
  for await (const chunk of readChunks(source.fd, 1 << 20)) state.update(chunk);
  assertUnchanged(source, entry);
  return state.digest('hex');
}
