import { parseArgs } from 'node:util';
import { mutations } from './fuzz/mutator.ts';
import { fuzzTargets } from './fuzz/targets.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('node scripts/torture/fuzz.ts [--seconds N] [--seed N]');
  process.exit(1);
}

/** No text of these lengths may take longer, on any machine. */
const longestMs = 2000;

console.log(`seed ${seed}`);
for (const { name, samples, words, check } of fuzzTargets) {
  const texts = mutations(samples, words, seed);
  const until = performance.now() + (seconds * 1000) / fuzzTargets.length;
  let count = 0;
  let slowestMs = 0;
  while (performance.now() < until) {
    const text = texts.next().value;
    const startMs = performance.now();
    try {
      check(text);
      const tookMs = performance.now() - startMs;
      slowestMs = Math.max(slowestMs, tookMs);
      if (tookMs > longestMs) throw new Error(`it takes ${tookMs.toFixed(0)} ms`);
    } catch (cause) {
      throw new Error(`${name} ${JSON.stringify(text)}`, { cause });
    }
    count += 1;
  }
  console.log(`${name.padEnd(16)} ${count} texts, the slowest ${slowestMs.toFixed(0)} ms`);
}
