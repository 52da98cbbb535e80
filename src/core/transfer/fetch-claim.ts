import { setTimeout as delay } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import type { Claim } from './claim-board.ts';

export interface ClaimSource {
  readonly descriptor: Descriptor;
  readonly repository: RepositoryClient;
  readonly signal: AbortSignal;
  /** Takes bytes of the blob; the next ones are asked for when it is done with them. */
  onBytes(position: number, chunk: Uint8Array): Promise<void>;
  onRetry(): void;
}

/** Broken connections in a row that brought next to nothing. */
const fruitlessTries = 5;
const firstDelayMs = 250;
const longestDelayMs = 8000;

/**
 * Fetches what a claim says, over as many connections as it takes, moving it on; its end may come nearer meanwhile, or
 * go back to where it was.
 * A registry that begins at the first byte where another was asked for is read from there, and what is here already
 * passed over; with `strict` it is refused (`network` / `ranges-ignored`).
 *
 * Rejects `network` / `download-cut-short` when broken connections bring nothing any more, `corrupt` /
 * `size-mismatch`, and what the registry says.
 */
export async function fetchClaim(source: ClaimSource, claim: Claim, strict: boolean): Promise<void> {
  const { descriptor, signal } = source;
  const fruit = Math.min(256 * 1024, descriptor.size / 100);
  const start = claim.at;
  let fruitless = 0;
  while (claim.at < claim.end) {
    const before = claim.at;
    try {
      const asked = claim.end;
      await fetchOnce(source, claim, strict);
      if (claim.at < Math.min(asked, claim.end)) throw cutShort(descriptor, claim.at);
    } catch (error) {
      signal.throwIfAborted();
      if (!isBroken(error, claim.at > start)) throw error;
      // All of it came; that the connection broke after it is no matter.
      if (claim.at >= claim.end) return;
      fruitless = claim.at - before > fruit ? 0 : fruitless + 1;
      if (fruitless === fruitlessTries) throw cutShort(descriptor, claim.at, error);
      source.onRetry();
      await delay(Math.min(firstDelayMs * 2 ** fruitless, longestDelayMs), undefined, { signal });
    }
  }
}

async function fetchOnce(source: ClaimSource, claim: Claim, strict: boolean): Promise<void> {
  const { descriptor, repository, signal } = source;
  const stream = await repository.fetchBlob(descriptor, { start: claim.at, end: claim.end }, signal);
  if (strict && stream.offset !== claim.at) {
    stream.cancel();
    throw new GantryError({
      kind: 'network',
      code: 'ranges-ignored',
      message: `the registry does not serve ranges of ${descriptor.digest}`,
    });
  }
  let at = stream.offset;
  for await (const chunk of stream.chunks) {
    if (at + chunk.length > descriptor.size) throw tooLong(descriptor);
    const from = Math.max(0, claim.at - at);
    at += chunk.length;
    const piece = chunk.subarray(from, from + Math.max(0, claim.end - claim.at));
    if (piece.length > 0) {
      const position = claim.at;
      claim.at += piece.length;
      await source.onBytes(position, piece);
    }
    // Whoever took the end away brings the rest. An answer that is over is read to its end, which keeps the connection.
    if (claim.at >= claim.end && !stream.isOver()) break;
  }
}

/** Broken on the way, as against refused. Once bytes came, a registry that cannot be reached may be back soon. */
function isBroken(error: unknown, hasBegun: boolean): boolean {
  if (error instanceof GantryError) {
    if (error.code === 'download-cut-short' || error.kind === 'timeout') return true;
    return hasBegun && error.kind === 'network' && error.details['errno'] !== undefined;
  }
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
}

function cutShort(descriptor: Descriptor, at: number, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'download-cut-short',
    message: `download of ${descriptor.digest} ended after ${at} of ${descriptor.size} bytes`,
    hint: 'Pull again: what came is kept and continued.',
    cause,
  });
}

function tooLong(descriptor: Descriptor): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'size-mismatch',
    message: `${descriptor.digest} is longer than the ${descriptor.size} bytes its manifest says`,
  });
}
