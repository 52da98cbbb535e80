/** How fast something grows, seen over the last seconds. */
export interface RateMeter {
  /** Bytes per second now that so many are done; undefined until there is something to compare with. */
  at(doneBytes: number): number | undefined;
}

const windowMs = 4000;
/** Samples closer together tell of buffers, not of a link. */
const sampleEveryMs = 200;
const leastSpanMs = 500;

export function rateMeter(now: () => number = () => performance.now()): RateMeter {
  let samples: { readonly atMs: number; readonly doneBytes: number }[] = [];
  return {
    at(doneBytes) {
      const atMs = now();
      const last = samples.at(-1);
      // Begun anew, or another phase.
      if (last !== undefined && doneBytes < last.doneBytes) samples = [];
      if (last === undefined || samples.length === 0 || atMs - last.atMs >= sampleEveryMs) {
        samples = [...samples.filter((sample) => atMs - sample.atMs <= windowMs), { atMs, doneBytes }];
      }
      const first = samples[0];
      if (first === undefined || atMs - first.atMs < leastSpanMs) return undefined;
      return ((doneBytes - first.doneBytes) / (atMs - first.atMs)) * 1000;
    },
  };
}
