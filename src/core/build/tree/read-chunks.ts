import { read } from 'node:fs';
import { promisify } from 'node:util';

const readAsync = promisify(read);

/**
 * A file from its start, through the thread pool. The descriptor stays open and is the caller's: a read stream would
 * close it when it is left.
 */
export async function* readChunks(fd: number, chunkBytes = 256 * 1024): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await readAsync(fd, buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
