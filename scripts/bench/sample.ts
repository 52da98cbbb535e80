/** Measured times of one contender, in milliseconds. */
export interface Sample {
  readonly medianMs: number;
  readonly minMs: number;
}

export function sampleOf(timesMs: readonly number[]): Sample {
  return { medianMs: median(timesMs), minMs: Math.min(...timesMs) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
