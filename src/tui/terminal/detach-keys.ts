import type { KeyEvent } from '../input/input-event.ts';

/** How long the first key is held back for the second. Docker holds it for ever, which breaks ctrl-p in shells. */
const holdMs = 400;

/**
 * Watches for ctrl-p ctrl-q. The first key is held until the next one tells, or the time is over; keys that turn out
 * to be the program's go on to it.
 */
export class DetachKeys implements Disposable {
  readonly #pass: (key: KeyEvent) => void;
  readonly #detach: () => void;
  #held: { readonly key: KeyEvent; readonly timer: NodeJS.Timeout } | undefined;

  constructor(pass: (key: KeyEvent) => void, detach: () => void) {
    this.#pass = pass;
    this.#detach = detach;
  }

  key(key: KeyEvent): void {
    const held = this.#held;
    if (held !== undefined) {
      this.#forget();
      if (key.name === 'ctrl-q') {
        this.#detach();
        return;
      }
      this.#pass(held.key);
    }
    if (key.name !== 'ctrl-p') {
      this.#pass(key);
      return;
    }
    const timer = setTimeout(() => {
      this.#held = undefined;
      this.#pass(key);
    }, holdMs);
    this.#held = { key, timer };
  }

  [Symbol.dispose](): void {
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#held?.timer);
    this.#held = undefined;
  }
}
