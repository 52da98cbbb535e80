import { closeSync, readSync } from 'node:fs';
import { type Deferred, deferred } from '../../base/deferred.ts';
import { koffi, type PollHandle } from './koffi.ts';
import { isErrno } from './system-error.ts';

/**
 * Reads a pipe's end without a thread of the pool and without Node's streams, which take a command 5 ms to load. It owns
 * the descriptor. Reading is lazy: a reader that stops leaves the bytes in the kernel, and so holds the writer back.
 */
export class PipeReader implements Disposable {
  #fd: number | undefined;
  readonly #poll: PollHandle;
  #arrived: Deferred<void> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
    this.#poll = koffi().node.poll(fd, { readable: true }, () => undefined);
    this.#poll.stop();
  }

  /** What was written, until the last writer has closed its end or we ours. One reader. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      while (this.#fd !== undefined) {
        const chunk = this.#read(this.#fd);
        if (chunk === undefined) await this.#more();
        else if (chunk.length === 0) return;
        else yield chunk;
      }
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** What is there at this moment and no more. */
  now(): Uint8Array {
    const chunk = this.#fd === undefined ? undefined : this.#read(this.#fd);
    return chunk ?? new Uint8Array();
  }

  /** Closes; a reader ends. */
  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    this.#poll.close();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#arrived?.resolve();
  }

  /** Undefined: nothing yet. Empty: the end. */
  #read(fd: number): Uint8Array | undefined {
    try {
      return scratch.slice(0, readSync(fd, scratch));
    } catch (error) {
      if (isErrno(error, 'EAGAIN')) return undefined;
      throw error;
    }
  }

  async #more(): Promise<void> {
    const arrived = deferred<void>();
    this.#arrived = arrived;
    this.#poll.start({ readable: true }, () => {
      this.#poll.stop();
      arrived.resolve();
    });
    await arrived.promise;
  }
}

const scratch = new Uint8Array(64 * 1024);
