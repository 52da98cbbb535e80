import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { GantryError } from '../../../base/gantry-error.ts';
import { startProcess } from '../../host/start-process.ts';
import { decompress } from '../../layers/decompress.ts';
import type { TreeEntry } from '../tree/file-tree.ts';
import { type OpenSource, openSource } from '../tree/open-source.ts';
import { readChunks } from '../tree/read-chunks.ts';

/** How an archive is packed; xz and bzip2 by the host's programs, never by those of an image. */
type Packing = 'plain' | 'xz' | 'bzip2';

const headerBytes = 512;

/** An archive that ADD unpacks: its bytes as a tar, plain or packed in a way layers may be. */
export interface ArchiveSource extends Disposable {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Opens a file if it is a tar, packed or not, by its content and never by its name. Undefined: it is none. */
export async function openArchive(entry: TreeEntry): Promise<ArchiveSource | undefined> {
  if (!entry.stats.isFile() || entry.stats.size === 0) return undefined;
  const source = openSource(entry);
  try {
    const head = Buffer.alloc(6);
    readSync(source.fd, head, 0, head.length, 0);
    const packing = packingOf(head);
    if (await isTar(unpacked(source, packing))) {
      return { bytes: unpacked(source, packing), [Symbol.dispose]: () => source[Symbol.dispose]() };
    }
  } catch (error) {
    source[Symbol.dispose]();
    // A file that only looks packed is a file.
    if (error instanceof GantryError && error.kind === 'corrupt') return undefined;
    throw error;
  }
  source[Symbol.dispose]();
  return undefined;
}

function packingOf(head: Buffer): Packing {
  if (head.equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))) return 'xz';
  return head.toString('latin1', 0, 3) === 'BZh' ? 'bzip2' : 'plain';
}

function unpacked(source: OpenSource, packing: Packing): AsyncIterable<Uint8Array> {
  if (packing !== 'plain') return throughProgram(source, packing);
  return readChunks(source.fd);
}

async function* throughProgram(source: OpenSource, program: 'xz' | 'bzip2'): AsyncGenerator<Uint8Array> {
  const input = Readable.from(readChunks(source.fd));
  const child = startProcess({ argv: [program, '-dc'], stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = Promise.withResolvers<number | null>();
  child.once('error', ended.reject);
  child.once('close', ended.resolve);
  ended.promise.catch(() => undefined);
  child.stdin?.on('error', () => undefined);
  if (child.stdin !== null) input.pipe(child.stdin);
  try {
    if (child.stdout !== null) yield* child.stdout as AsyncIterable<Uint8Array>;
    if ((await ended.promise) === 0) return;
    throw new GantryError({ kind: 'corrupt', code: 'bad-compression', message: `invalid ${program} data` });
  } finally {
    input.destroy();
    child.kill('SIGKILL');
  }
}

/** A tar's first header has a checksum of itself; all zeros is an empty archive only in theory. */
async function isTar(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  const held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of decompress(bytes)) {
    held.push(new Uint8Array(chunk.subarray(0, headerBytes)));
    length += chunk.length;
    if (length >= headerBytes) break;
  }
  const header = Buffer.concat(held).subarray(0, headerBytes);
  if (header.length < headerBytes) return false;
  const stated = Number.parseInt(header.toString('latin1', 148, 156), 8);
  let sum = 0;
  for (const [at, byte] of header.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return stated === sum;
}
