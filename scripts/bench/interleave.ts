import { type Sample, sampleOf } from './sample.ts';

/** Does the thing once and says how long it took, in milliseconds. */
export type Contender = () => Promise<number>;

/**
 * Times contenders in turns, so that a machine that grows slower grows slower for all of them. One round before the
 * first is not counted: it fills caches. Without `warmUp` there is none, for what is cold each time.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Readonly<Partial<Record<Name, Contender>>>,
  { warmUp = true }: { readonly warmUp?: boolean } = {},
): Promise<ReadonlyMap<Name, Sample>> {
  const entries = Object.entries(contenders) as [Name, Contender][];
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let round = warmUp ? -1 : 0; round < rounds; round += 1) {
    for (const [name, run] of entries) {
      const tookMs = await run();
      if (round >= 0) times.get(name)?.push(tookMs);
    }
  }
  return new Map([...times].map(([name, values]) => [name, sampleOf(values)]));
}
