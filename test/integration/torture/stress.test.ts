import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openTortureStand } from '../../../scripts/torture/stand.ts';
import { stress } from '../../../scripts/torture/stress-images.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';

// The same at length, with figures: node scripts/torture/stress.ts.
// A busy machine may need far longer than a calm one.
vi.setConfig({ testTimeout: 400_000 });

beforeAll(() => buildIfStale());

describe('ten processes', () => {
  it('that pull, tag, remove and prune the same images fail only as a person expects, and lose nothing', async () => {
    await using stand = await openTortureStand();
    const { runs } = await stress(stand, 10, 3_000);
    expect(runs.size).toBeGreaterThan(3);
  });
});
