import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long enough to get work done, short enough for a screen to stay smooth. */
const sliceMs = 8;

/** Lets others of this thread live while a long loop runs: screens, logs, other steps. */
export class Pacer {
  readonly #signal: AbortSignal;
  #sliceEndsMs: number;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#sliceEndsMs = performance.now() + sliceMs;
  }

  /** Whether it is time for {@link rest}. Asking is cheap. */
  get isDue(): boolean {
    return performance.now() >= this.#sliceEndsMs;
  }

  /** Rejects with the signal's reason when it has fired. */
  async rest(): Promise<void> {
    this.#signal.throwIfAborted();
    await nextTurn();
    this.#signal.throwIfAborted();
    this.#sliceEndsMs = performance.now() + sliceMs;
  }
}
