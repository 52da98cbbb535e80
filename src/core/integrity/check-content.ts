import { matchesDigest } from '../content/matches-digest.ts';
import { namedSizes } from './named-sizes.ts';
import type { CheckContext, Problem } from './problem.ts';

/**
 * Blobs: their bytes against their digests; with `quick` only where a document names another size. The digest is what
 * counts: of a blob that fits it, whoever names another size is wrong. Then what was half written.
 */
export async function* checkContent(context: CheckContext): AsyncGenerator<Problem> {
  const { services, depth, counts, signal } = context;
  const { content } = services;
  const sizes = await namedSizes(context);
  for await (const { digest, sizeBytes } of content.list()) {
    signal.throwIfAborted();
    counts.blobs += 1;
    counts.blobBytes += sizeBytes;
    const wrong = (sizes.get(digest) ?? []).filter((named) => named.sizeBytes !== sizeBytes);
    if (wrong.length === 0 && depth === 'quick') continue;
    if (await matchesDigest(content.path(digest), digest, signal)) {
      for (const { problem } of wrong) yield problem(sizeBytes);
    } else if (content.has(digest)) {
      context.alteredBlobs.add(digest);
      const [named] = wrong;
      yield {
        code: 'blob-altered',
        severity: 'damage',
        subject: digest,
        message:
          named === undefined
            ? `content ${digest} is not what its digest says`
            : `content ${digest} has ${sizeBytes} bytes where ${named.sizeBytes} are named`,
        remedy: 'remove it, so that it is made or fetched again',
        done: 'removed, to be made or fetched again',
        mend: async () => {
          await content.setAside(digest)?.remove();
        },
      };
    }
  }
  for (const { path, isForeign, remove } of await content.leftovers(staleMs)) {
    yield {
      code: isForeign ? 'foreign-file' : 'stale-ingest',
      severity: 'leftover',
      subject: path,
      message: isForeign ? `${path} is no blob` : `${path} was being written and nobody will go on with it`,
      remedy: 'remove it',
      done: 'removed',
      mend: remove,
    };
  }
}

/** Half a download is kept for a day. */
const staleMs = 24 * 3600 * 1000;
