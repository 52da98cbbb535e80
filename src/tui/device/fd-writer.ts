import { write, writeSync } from 'node:fs';

/** How long a full pipe or a stalled terminal is given before the next try. */
const retryMs = 5;
const chunkBytes = 64 << 10;

/**
 * Writes to a file descriptor off the main thread: Node writes to a terminal synchronously, so a slow link would
 * stop keys and data with it. One frame at a time is in flight.
 */
export class FdWriter {
  readonly #fd: number;
  #queue: { readonly data: Buffer; readonly done: () => void }[] = [];
  #busy = false;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(text: string, done: () => void): void {
    this.#queue.push({ data: Buffer.from(text), done });
    if (!this.#busy) this.#next();
  }

  /** Past everything that waits, on the main thread: for the last words of a process. */
  writeNow(text: string): void {
    this.#queue = [];
    let data = Buffer.from(text);
    for (let tries = 0; data.length > 0 && tries < 20; tries += 1) {
      try {
        data = data.subarray(writeSync(this.#fd, data));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      }
    }
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#busy || this.#queue.length > 0) this.#drained.push(resolve);
      else resolve();
    });
  }

  #next(): void {
    const item = this.#queue.shift();
    this.#busy = item !== undefined;
    if (item !== undefined) {
      this.#send(item.data, item.done);
      return;
    }
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #send(data: Buffer, done: () => void): void {
    if (this.#closed || data.length === 0) {
      done();
      this.#next();
      return;
    }
    write(this.#fd, data, 0, Math.min(data.length, chunkBytes), null, (error, written) => {
      if (error === null) {
        this.#send(data.subarray(written), done);
      } else if (error.code === 'EAGAIN') {
        setTimeout(() => this.#send(data, done), retryMs);
      } else {
        // The terminal is gone; SIGHUP ends us properly.
        this.#closed = true;
        this.#send(data, done);
      }
    });
  }
}
