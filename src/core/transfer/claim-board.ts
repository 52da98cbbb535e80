import type { ByteRange } from '../content/byte-ranges.ts';

/** What one connection is to bring. It moves `at` on; others may take the end away from it. */
export interface Claim {
  at: number;
  end: number;
}

/** Who brings which of the missing bytes of one blob: claims never overlap. */
export class ClaimBoard {
  /** Not claimed, in order. */
  #free: ByteRange[];
  readonly #held = new Set<Claim>();

  constructor(gaps: readonly ByteRange[]) {
    this.#free = [...gaps];
  }

  /** The lowest free bytes, at most so many: what is read in order is wanted in order. */
  claim(mostBytes: number): Claim | undefined {
    const first = this.#free.shift();
    if (first === undefined) return undefined;
    const end = Math.min(first.end, first.start + mostBytes);
    if (end < first.end) this.#free.unshift({ start: end, end: first.end });
    return this.#hold({ at: first.start, end });
  }

  /** Half of what the one with most left has left, if that is worth a request. */
  steal(leastBytes: number): Claim | undefined {
    const left = (claim: Claim): number => claim.end - claim.at;
    const most = [...this.#held].sort((a, b) => left(b) - left(a))[0];
    if (most === undefined || left(most) < 2 * leastBytes) return undefined;
    const middle = most.at + Math.floor(left(most) / 2);
    const claim = this.#hold({ at: middle, end: most.end });
    most.end = middle;
    return claim;
  }

  /** Leaves every claim only so many bytes from where it is; the rest is free again. */
  bound(mostBytes: number): void {
    for (const claim of this.#held) {
      const end = Math.min(claim.end, claim.at + mostBytes);
      this.#free = inOrder([...this.#free, { start: end, end: claim.end }]);
      claim.end = end;
    }
  }

  /** Done, or given up: what it has left goes back to the claim just before it, which it may be taken from, or is free. */
  release(claim: Claim): void {
    this.#held.delete(claim);
    const before = [...this.#held].find(({ end }) => end === claim.at);
    if (before !== undefined) before.end = claim.end;
    else this.#free = inOrder([...this.#free, { start: claim.at, end: claim.end }]);
  }

  #hold(claim: Claim): Claim {
    this.#held.add(claim);
    return claim;
  }
}

function inOrder(ranges: readonly ByteRange[]): ByteRange[] {
  return ranges.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
}
