import type { Readable } from 'node:stream';
import { InputDecoder } from './input-decoder.ts';
import type { InputEvent } from './input-event.ts';

/** How long a lone escape may wait for the rest of a sequence: a slow link delivers it late. */
const escapeWaitMs = 40;

/**
 * The one reader of the terminal's input. Events are handed out one a turn of the event loop, so that everything
 * that follows from a key (state, React, the frame) has happened before the next is looked at.
 */
export class StdinReader implements Disposable {
  readonly #input: Readable;
  readonly #handle: (event: InputEvent) => void;
  readonly #typing: () => boolean;
  readonly #decoder = new InputDecoder();
  readonly #queue: InputEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #closed = false;

  /** While `typing()` says that a text field has the keys, letters that wait are handed over as one text. */
  constructor(input: Readable, handle: (event: InputEvent) => void, typing: () => boolean) {
    this.#input = input;
    this.#handle = handle;
    this.#typing = typing;
    input.on('data', this.#onData);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#input.off('data', this.#onData);
    this.#input.pause();
  }

  /** No key is read while the terminal belongs to somebody else. */
  pause(): void {
    this.#input.off('data', this.#onData);
    this.#input.pause();
  }

  resume(): void {
    this.#input.on('data', this.#onData);
    this.#input.resume();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    clearTimeout(this.#timer);
    this.#queue.push(...this.#decoder.push(chunk));
    if (this.#decoder.waiting) {
      this.#timer = setTimeout(() => {
        this.#queue.push(...this.#decoder.flush());
        this.#next();
      }, escapeWaitMs);
    }
    this.#next();
  };

  #next(): void {
    if (this.#busy || this.#closed) return;
    const event = this.#take();
    if (event === undefined) return;
    this.#busy = true;
    this.#handle(event);
    setImmediate(() => {
      this.#busy = false;
      this.#next();
    });
  }

  #take(): InputEvent | undefined {
    const letters = this.#queue.findIndex((event) => event.kind !== 'key' || event.text === '');
    const count = letters < 0 ? this.#queue.length : letters;
    if (count < 2 || !this.#typing()) return this.#queue.shift();
    const text = this.#queue.splice(0, count).map((event) => (event.kind === 'key' ? event.text : ''));
    return { kind: 'key', name: 'text', text: text.join('') };
  }
}
