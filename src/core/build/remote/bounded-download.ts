import { GantryError } from '../../../base/gantry-error.ts';
import { freeSpace } from '../../host/free-space.ts';
import type { HttpResponse } from '../../registry/http-exchange.ts';
import { steadyChunks } from '../../registry/steady-chunks.ts';

/** A download leaves the disk so much, or a twentieth of it where that is less, for everybody else. */
const keptBytes = 1024 ** 3;
const lookEveryBytes = 1 << 20;

/**
 * The bytes of an answer on their way into a folder. Rejects `timeout` / `answer-too-slow` for a sender that drips, and
 * `io` / `download-too-large` before the disk is full: at once, where the answer says how long it is.
 */
export async function* boundedDownload(response: HttpResponse, dir: string): AsyncGenerator<Buffer> {
  requireRoom(dir, Number(response.headers['content-length']) || 0);
  let sinceLookBytes = 0;
  for await (const chunk of steadyChunks(response, undefined, 'server')) {
    sinceLookBytes += chunk.length;
    if (sinceLookBytes >= lookEveryBytes) {
      requireRoom(dir, 0);
      sinceLookBytes = 0;
    }
    yield chunk;
  }
}

function requireRoom(dir: string, comingBytes: number): void {
  const { freeBytes, totalBytes } = freeSpace(dir);
  if (freeBytes - comingBytes >= Math.min(keptBytes, totalBytes / 20)) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  const what = comingBytes === 0 ? 'it does not end' : `it has ${megabytes(comingBytes)}`;
  throw new GantryError({
    kind: 'io',
    code: 'download-too-large',
    message: `${what}, and the disk of ${dir} has ${megabytes(freeBytes)} left`,
    hint: 'free some space, for instance with gantry system prune, or download from elsewhere',
  });
}
