import type { StoreCheckDepth, StoreFinding } from '../../engine/store-report.ts';
import type { ContainerContext } from '../containers/container-context.ts';
import type { CoreServices } from '../core-services.ts';

/** A finding, with the work that mends it. */
export interface Problem extends Omit<StoreFinding, 'status' | 'remedy'> {
  /** What mending would do, as an order: `remove it`. */
  readonly remedy: string;
  /** What it did, once it has: `removed`. */
  readonly done: string;
  /**
   * Looks again whether it is so and safe to touch, and mends it; rejects when it cannot. Undefined: nothing can be done
   * from here, and `remedy` says what can.
   */
  readonly mend: (() => void | Promise<void>) | undefined;
}

/** What a check works with, and what it adds up. */
export interface CheckContext {
  readonly services: CoreServices;
  readonly containers: ContainerContext;
  readonly depth: StoreCheckDepth;
  readonly signal: AbortSignal;
  /** Records are missing of what is whole: the database was just made anew, or is not the one that belongs here. */
  readonly recordsAreLost: boolean;
  /** Filled on the way. */
  readonly counts: { blobs: number; blobBytes: number; layers: number };
  /** Blobs that are here and not what their digests say. */
  readonly alteredBlobs: Set<string>;
  /** Images that are not whole, and will not be by mending what is here, by ID. */
  readonly incomplete: Set<string>;
}

/**
 * Looks at one part of the store. A problem is mended, if that is wanted, before the check goes on, so that what comes
 * later sees it mended. Other processes are at work meanwhile: a check tells only of what they cannot have caused.
 */
export type StoreCheck = (context: CheckContext) => AsyncIterable<Problem> | Iterable<Problem>;
