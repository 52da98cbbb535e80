import { GantryError } from '../../../base/gantry-error.ts';
import { decompress } from '../../layers/decompress.ts';
import { isTarHeader, tarHeaderBytes } from '../context/tar-header.ts';
import type { TreeEntry } from '../tree/file-tree.ts';
import { openSource, sourceChanged } from '../tree/open-source.ts';
import { readChunks } from '../tree/read-chunks.ts';

/** An archive that ADD unpacks: its bytes as they are, packed or not. */
export interface ArchiveSource extends Disposable {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** To be called when it was read. Throws `conflict` / `source-changed`. */
  assertUnchanged(): void;
}

/** Opens a file if it is a tar, packed or not, by its content and never by its name. Undefined: it is none. */
export async function openArchive(entry: TreeEntry): Promise<ArchiveSource | undefined> {
  if (!entry.stats.isFile() || entry.stats.size === 0) return undefined;
  const source = openSource(entry);
  try {
    if (await isTar(readChunks(source.fd))) {
      return {
        bytes: readChunks(source.fd),
        assertUnchanged() {
          if (!source.look().isAsListed) throw sourceChanged(entry);
        },
        [Symbol.dispose]: () => source[Symbol.dispose](),
      };
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

/** All zeros is an empty archive only in theory. */
async function isTar(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  const held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of decompress(bytes)) {
    held.push(new Uint8Array(chunk.subarray(0, tarHeaderBytes)));
    length += chunk.length;
    if (length >= tarHeaderBytes) break;
  }
  return isTarHeader(Buffer.concat(held).subarray(0, tarHeaderBytes));
}
