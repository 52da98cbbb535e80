/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Which bytes of a file are there: disjoint ranges in order, neighbours joined. */
export class ByteRanges {
  #ranges: ByteRange[];

  constructor(ranges: readonly ByteRange[] = []) {
    this.#ranges = [];
    for (const range of ranges) this.add(range);
  }

  get list(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** End of what is there from the first byte on without a hole. */
  get prefixEnd(): number {
    const first = this.#ranges[0];
    return first?.start === 0 ? first.end : 0;
  }

  get sizeBytes(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  add({ start, end }: ByteRange): void {
    if (end <= start) return;
    const from = this.#ranges.findIndex((known) => known.end >= start);
    if (from < 0) {
      this.#ranges.push({ start, end });
      return;
    }
    let to = from;
    let joined = { start, end };
    for (let known = this.#ranges[to]; known !== undefined && known.start <= end; known = this.#ranges[to]) {
      joined = { start: Math.min(joined.start, known.start), end: Math.max(joined.end, known.end) };
      to += 1;
    }
    this.#ranges.splice(from, to - from, joined);
  }

  /** What is missing of the first `sizeBytes`, in order. */
  gaps(sizeBytes: number): readonly ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = 0;
    for (const { start, end } of this.#ranges) {
      if (start >= sizeBytes) break;
      if (start > at) gaps.push({ start: at, end: start });
      at = end;
    }
    if (at < sizeBytes) gaps.push({ start: at, end: sizeBytes });
    return gaps;
  }
}
