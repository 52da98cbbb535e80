/** Thrown in the thread at one end when the other end gave up: its own error is the one that counts. */
export class RingBroken extends Error {}

const sequence = 0;
const written = 1;
const read = 2;
const state = 3;
const readerWaits = 4;
const writerWaits = 5;
const headerBytes = 64;

const open = 0;
const ended = 1;
const broken = 2;

/**
 * Bytes from one thread to another through shared memory: one writer, one reader, both waiting without spinning.
 * Positions count modulo 2^32; the capacity is a power of two, so they stay right when they wrap.
 */
export class ByteRing {
  readonly shared: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  /** At the second end, pass what `shared` of the first is. */
  constructor(from: SharedArrayBuffer | { readonly capacityBytes: number }) {
    if (from instanceof SharedArrayBuffer) this.shared = from;
    else this.shared = new SharedArrayBuffer(headerBytes + from.capacityBytes);
    this.#control = new Int32Array(this.shared, 0, headerBytes / 4);
    this.#bytes = new Uint8Array(this.shared, headerBytes);
  }

  /**
   * Free bytes, at most `limitBytes` and at least one, waiting for them: what is put there and given to `write` is not
   * copied any more. Throws {@link RingBroken}.
   */
  room(limitBytes: number): Uint8Array<SharedArrayBuffer> {
    const capacity = this.#bytes.length;
    for (;;) {
      const seen = Atomics.load(this.#control, sequence);
      this.#throwIfBroken();
      const position = Atomics.load(this.#control, written);
      const free = capacity - ((position - Atomics.load(this.#control, read)) | 0);
      const start = position & (capacity - 1);
      if (free > 0) return this.#bytes.subarray(start, start + Math.min(free, limitBytes, capacity - start));
      this.#wait(writerWaits, seen);
    }
  }

  /** Takes all of it in, waiting for room. Throws {@link RingBroken}. */
  write(chunk: Uint8Array): void {
    const isInPlace = chunk.buffer === this.shared;
    if (isInPlace) this.#advance(chunk.length);
    for (let at = isInPlace ? chunk.length : 0; at < chunk.length; ) {
      const room = this.room(chunk.length - at);
      room.set(chunk.subarray(at, at + room.length));
      at += room.length;
      this.#advance(room.length);
    }
  }

  /**
   * The next bytes, in place, at most `limitBytes`; they stay until `release`. Undefined at the end. Throws
   * {@link RingBroken}.
   */
  peek(limitBytes: number): Uint8Array | undefined {
    const capacity = this.#bytes.length;
    for (;;) {
      const seen = Atomics.load(this.#control, sequence);
      const now = Atomics.load(this.#control, state);
      if (now === broken) throw new RingBroken();
      const position = Atomics.load(this.#control, read);
      const available = (Atomics.load(this.#control, written) - position) | 0;
      if (available > 0) {
        const start = position & (capacity - 1);
        return this.#bytes.subarray(start, start + Math.min(available, limitBytes, capacity - start));
      }
      if (now === ended) return undefined;
      this.#wait(readerWaits, seen);
    }
  }

  /** A writer that waits for room is woken when there is plenty of it: waking costs more than copying. */
  release(lengthBytes: number): void {
    const position = (Atomics.load(this.#control, read) + lengthBytes) | 0;
    Atomics.store(this.#control, read, position);
    const filled = (Atomics.load(this.#control, written) - position) | 0;
    if (filled <= this.#bytes.length / 2) this.#wake(writerWaits);
  }

  /** The writer has no more. */
  end(): void {
    Atomics.compareExchange(this.#control, state, open, ended);
    this.#wake(readerWaits);
  }

  /** Either end, or whoever looks after both, gives up: waits end at once. */
  break(): void {
    Atomics.store(this.#control, state, broken);
    this.#wake(readerWaits);
    this.#wake(writerWaits);
  }

  /**
   * Waits until something happened after `seen` was read. The flag goes up first: whoever changes something either
   * sees it, or has moved the sequence on before we wait for it.
   */
  #wait(who: typeof readerWaits | typeof writerWaits, seen: number): void {
    Atomics.store(this.#control, who, 1);
    Atomics.wait(this.#control, sequence, seen);
    Atomics.store(this.#control, who, 0);
  }

  #wake(whom: typeof readerWaits | typeof writerWaits): void {
    Atomics.add(this.#control, sequence, 1);
    if (Atomics.load(this.#control, whom) === 1) Atomics.notify(this.#control, sequence);
  }

  #advance(lengthBytes: number): void {
    const position = Atomics.load(this.#control, written);
    Atomics.store(this.#control, written, (position + lengthBytes) | 0);
    this.#wake(readerWaits);
  }

  #throwIfBroken(): void {
    if (Atomics.load(this.#control, state) === broken) throw new RingBroken();
  }
}
