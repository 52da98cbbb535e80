/** Changes from data are shown at most this often; a change from a key is shown at once. */
const batchMs = 33;

type Change<S> = (state: S) => S;

/**
 * Holds one immutable state and tells when it is another. Two ways in: {@link update} for what the user did, heard
 * at once, and {@link ingest} for what the machine did, gathered so that a thousand events make one frame.
 */
export class Store<S> implements Disposable {
  #state: S;
  #queue: Change<S>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastBatch = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<() => void>();

  constructor(initial: S) {
    this.#state = initial;
  }

  get state(): S {
    return this.#state;
  }

  update(change: Change<S>): void {
    this.#apply(change(this.#state));
  }

  ingest(change: Change<S>): void {
    this.#queue.push(change);
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastBatch + batchMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastBatch = performance.now();
      const queue = this.#queue;
      this.#queue = [];
      this.#apply(queue.reduce((state, change) => change(state), this.#state));
    }, wait);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back with the selected part whenever it is another than last time. */
  watch<T>(select: (state: S) => T, changed: (value: T, before: T) => void): () => void {
    let last = select(this.#state);
    return this.subscribe(() => {
      const value = select(this.#state);
      if (Object.is(value, last)) return;
      const before = last;
      last = value;
      changed(value, before);
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#queue = [];
    this.#listeners.clear();
  }

  #apply(next: S): void {
    if (Object.is(next, this.#state)) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
