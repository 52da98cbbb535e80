import { expect, it } from 'vitest';
import { mutations } from '../../../../scripts/torture/fuzz/mutator.ts';
import { fuzzTargets } from '../../../../scripts/torture/fuzz/targets.ts';

it.each(fuzzTargets)(
  '$name: three thousand texts nobody would write are read',
  ({ samples, words, check }) => {
    for (const text of mutations(samples, words, 1).take(3000)) {
      expect(() => check(text), JSON.stringify(text)).not.toThrow();
    }
  },
);
