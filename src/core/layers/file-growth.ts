/** Thrown in the thread that follows a file when its writer gave up: the writer's own error is the one that counts. */
export class GrowthBroken extends Error {}

const length = 0;
const state = 1;

const growing = 0n;
const whole = 1n;
const broken = 2n;

/** How much of a file that one thread writes is there, for another thread that reads it meanwhile. */
export class FileGrowth {
  readonly shared: SharedArrayBuffer;
  readonly #control: BigInt64Array;

  /** At the reader's end, pass what `shared` of the writer's is. */
  constructor(from?: SharedArrayBuffer) {
    this.shared = from ?? new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
    this.#control = new BigInt64Array(this.shared);
  }

  /** So many bytes are there, from the first one on. */
  reach(lengthBytes: number): void {
    Atomics.store(this.#control, length, BigInt(lengthBytes));
    Atomics.notify(this.#control, length);
  }

  /** No more will come: what was reached is all of it, or, `isWhole` false, the writer gave up. The first call counts. */
  end(isWhole: boolean): void {
    Atomics.compareExchange(this.#control, state, growing, isWhole ? whole : broken);
    // The waiting is for another length: without one they would sleep on.
    const reached = Atomics.load(this.#control, length);
    Atomics.compareExchange(this.#control, length, reached, -1n - reached);
    Atomics.notify(this.#control, length);
  }

  /** Waits for bytes after the first `atBytes`. Result: how many there are, `atBytes` at the end. Throws {@link GrowthBroken}. */
  beyond(atBytes: number): number {
    for (;;) {
      const seen = Atomics.load(this.#control, length);
      if (Atomics.load(this.#control, state) === broken) throw new GrowthBroken();
      const reached = Number(seen < 0n ? -1n - seen : seen);
      if (reached > atBytes) return reached;
      if (seen < 0n) return atBytes;
      Atomics.wait(this.#control, length, seen);
    }
  }
}
