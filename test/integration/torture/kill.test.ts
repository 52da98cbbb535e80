import { beforeAll, describe, expect, it, vi } from 'vitest';
import { killRound } from '../../../scripts/torture/kill-round.ts';
import { operations } from '../../../scripts/torture/operations.ts';
import { openTortureStand } from '../../../scripts/torture/stand.ts';
import { removeEverything, storeRest } from '../../../scripts/torture/store-rest.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';

// The same at length, with figures: node scripts/torture/kill.ts.
// A busy machine may need far longer than a calm one.
vi.setConfig({ testTimeout: 400_000 });

beforeAll(() => buildIfStale());

describe('an engine whose processes are killed', () => {
  it('at a random moment of each kind of work goes on, mends what is left, and leaks nothing', async () => {
    await using stand = await openTortureStand();
    for (const operation of operations) await killRound(stand, operation, 30 + Math.random() * 400);
    await removeEverything(stand.gantry);
    expect(storeRest(stand.root.dirs)).toEqual([]);
  });
});
