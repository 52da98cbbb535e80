import { GantryError } from '../../base/gantry-error.ts';
import type { Ingest } from '../content/content-store.ts';
import { type Claim, ClaimBoard } from './claim-board.ts';
import type { BlobDownload } from './download-blob.ts';
import { type ClaimSource, fetchClaim } from './fetch-claim.ts';
import { fetchPace } from './fetch-pace.ts';

/** A blob on its way into an ingest. Disposing stops it and waits for that. */
export interface BlobFetch extends AsyncDisposable {
  /**
   * Every byte of the blob in order, those that were there before included, each already in the ingest. The network
   * does not wait for whoever reads this. Rejects with what stopped the fetch.
   */
  chunks(): AsyncGenerator<Uint8Array>;
}

/** Less is not worth a request of its own. */
const leastStolenBytes = 512 * 1024;
const watchEveryMs = 250;

/**
 * Fetches what the ingest lacks. One connection asks for all of it; where delay holds it back ({@link fetchPace}),
 * others join. The first of them takes half, to see whether the registry bears it; when it does, all go on in pieces,
 * lowest first, so that who reads in order need not wait. Helpers may fail without harm: what they had to bring goes
 * back to the one it came from, and only the failure of the first connection counts.
 */
export function startFetch(download: BlobDownload, ingest: Ingest): BlobFetch {
  const { descriptor, tell, connections } = download;
  const stop = new AbortController();
  const gaps = ingest.gaps();
  const board = new ClaimBoard(gaps);
  const pace = fetchPace();
  const helpers = new Set<Promise<void>>();
  let doneBytes = gaps.reduce((left, { start, end }) => left - (end - start), descriptor.size);
  let mayGrow = connections !== undefined;
  let isShared = false;
  let isOver = false;
  let changed = Promise.withResolvers<void>();
  const tellChange = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const source: ClaimSource = {
    ...download,
    signal: AbortSignal.any([download.signal, stop.signal]),
    onRetry: () => tell('retrying', doneBytes, descriptor.size),
    async onBytes(position, chunk) {
      await ingest.writeAt(position, chunk);
      doneBytes += chunk.length;
      pace.count(chunk.length);
      tell('downloading', doneBytes, descriptor.size);
      tellChange();
    },
  };

  const next = (): Claim | undefined => {
    const most = helpers.size === 0 ? Number.POSITIVE_INFINITY : pace.pieceBytes(helpers.size + 1);
    return board.claim(most) ?? board.steal(leastStolenBytes);
  };
  const helperSource: ClaimSource = {
    ...source,
    onBytes(position, chunk) {
      if (!isShared) board.bound(pace.pieceBytes(helpers.size + 1));
      isShared = true;
      return source.onBytes(position, chunk);
    },
  };
  const bring = async (claim: Claim, isHelper: boolean): Promise<void> => {
    try {
      await fetchClaim(isHelper ? helperSource : source, claim, isHelper);
    } finally {
      board.release(claim);
    }
  };
  const lead = async (): Promise<void> => {
    for (;;) {
      const claim = next();
      if (claim !== undefined) await bring(claim, false);
      else if (helpers.size > 0) await Promise.race(helpers);
      else return;
    }
  };
  const help = async (): Promise<void> => {
    try {
      for (let claim = next(); claim !== undefined; claim = next()) await bring(claim, true);
    } catch (error) {
      // A registry that bears no more connections, or serves no ranges, still serves the first.
      mayGrow = false;
      if (!(error instanceof GantryError) || error.kind === 'corrupt' || error.kind === 'io') throw error;
    }
  };
  const grow = (): void => {
    const have = helpers.size + 1;
    const wanted = mayGrow ? pace.wanted(have, descriptor.size - doneBytes) : have;
    for (let count = have; count < wanted && connections?.take() === true; count += 1) {
      const helper: Promise<void> = Promise.resolve()
        .then(help)
        .catch((error: unknown) => stop.abort(error))
        .finally(() => {
          connections.give();
          helpers.delete(helper);
        });
      helpers.add(helper);
    }
  };

  const watch = setInterval(grow, watchEveryMs);
  const leading = lead()
    .catch((error: unknown) => {
      const reason = stop.signal.aborted ? stop.signal.reason : error;
      stop.abort(reason);
      throw reason;
    })
    .finally(async () => {
      clearInterval(watch);
      await Promise.allSettled(helpers);
      isOver = true;
      tellChange();
    });
  leading.catch(ignore);

  return {
    async *chunks() {
      for (;;) {
        const { promise } = changed;
        const chunk = await ingest.readOn();
        if (chunk !== undefined) yield chunk;
        else if (isOver || ingest.offset === descriptor.size) return leading;
        else await promise;
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await leading.catch(ignore);
    },
  };
}

function ignore(): void {}
