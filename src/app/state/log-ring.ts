import type { LogLine } from './log-line.ts';

/** What a ring may hold at most; the oldest lines go first. */
export interface RingLimits {
  readonly lines: number;
  readonly bytes: number;
}

export const defaultRingLimits: RingLimits = { lines: 50_000, bytes: 16 << 20 };

/** What a line costs besides its characters. */
const lineOverheadBytes = 96;

/**
 * The newest lines of a log, bounded in number and in memory. Lines have numbers that never change: the first ever is
 * 0, and those before {@link first} are gone.
 */
export class LogRing {
  readonly #limits: RingLimits;
  readonly #slots: (LogLine | undefined)[] = [];
  #first = 0;
  #next = 0;
  #bytes = 0;

  constructor(limits: RingLimits = defaultRingLimits) {
    this.#limits = limits;
  }

  /** Number of the oldest line still here. */
  get first(): number {
    return this.#first;
  }

  /** Number the next line will have. */
  get end(): number {
    return this.#next;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(line: LogLine): void {
    if (this.length === this.#limits.lines) this.#drop();
    this.#slots[this.#next % this.#limits.lines] = line;
    this.#next += 1;
    this.#bytes += cost(line);
    while (this.length > 1 && this.#bytes > this.#limits.bytes) this.#drop();
  }

  at(number: number): LogLine | undefined {
    return number < this.#first || number >= this.#next
      ? undefined
      : this.#slots[number % this.#limits.lines];
  }

  clear(): void {
    this.#slots.length = 0;
    this.#first = this.#next;
    this.#bytes = 0;
  }

  #drop(): void {
    const slot = this.#first % this.#limits.lines;
    const line = this.#slots[slot];
    if (line !== undefined) this.#bytes -= cost(line);
    this.#slots[slot] = undefined;
    this.#first += 1;
  }
}

function cost(line: LogLine): number {
  return line.text.length * 2 + lineOverheadBytes;
}
