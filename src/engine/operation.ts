/**
 * Something that takes long: typed progress, a result, and a way to stop it.
 *
 * Iterating yields the events so far and then live ones, in order; an event emitted with the key of one nobody has
 * read yet takes its place, so a slow reader sees the newest state and never a backlog. Every iterator has its own
 * cursor. Not iterating is fine: the operation runs all the same. Disposing cancels it if it still runs.
 */
export interface Operation<Event, Result> extends AsyncIterable<Event>, AsyncDisposable {
  /** Settles when the work has ended and cleaned up after itself; rejects with a GantryError, `cancelled` included. */
  readonly result: Promise<Result>;
  /** Asks the work to stop. Safe at any time. */
  cancel(): void;
}

/** Options every method of the port takes last. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
