import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Digest, digestAlgorithm } from '../../oci/digest.ts';
import { isErrno } from '../host/system-error.ts';

/** Whether a blob's bytes are what its digest says. Gone meanwhile: nothing wrong with it. */
export async function matchesDigest(path: string, digest: Digest, signal?: AbortSignal): Promise<boolean> {
  const hash = createHash(digestAlgorithm(digest));
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    // A disk that cannot read it has not got it.
    if (isErrno(error, 'EIO')) return false;
    throw error;
  }
  return digest === `${digestAlgorithm(digest)}:${hash.digest('hex')}`;
}
