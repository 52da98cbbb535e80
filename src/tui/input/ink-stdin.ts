import { EventEmitter } from 'node:events';

/**
 * The terminal Ink believes to read from: it gets only what {@link type} is given, so that text fields work while
 * one reader owns the real input. Has just what Ink asks of a TTY.
 */
export class InkStdin extends EventEmitter {
  readonly isTTY = true;
  readonly #queue: string[] = [];

  /** Hands text or an encoded key to whatever listens inside Ink. */
  type(text: string): void {
    this.#queue.push(text);
    this.emit('readable');
  }

  read(): string | null {
    return this.#queue.shift() ?? null;
  }

  setEncoding(): this {
    return this;
  }

  setRawMode(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  pause(): this {
    return this;
  }
}
