import { read } from 'node:fs';
import { promisify } from 'node:util';

const readAsync = promisify(read);

/**
 * A file from its start, to its end or as many bytes as `sizeBytes` says, through the thread pool. The descriptor stays
 * open and is the caller's: a read stream would close it when it is left.
 */
export async function* readChunks(
  fd: number,
  { chunkBytes = 256 * 1024, sizeBytes = Number.POSITIVE_INFINITY } = {},
): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes; ) {
    const wanted = Math.min(chunkBytes, sizeBytes - position);
    const buffer = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await readAsync(fd, buffer, 0, wanted, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
