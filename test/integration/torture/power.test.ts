import { beforeAll, describe, expect, it, vi } from 'vitest';
import { operations } from '../../../scripts/torture/operations.ts';
import { openPowerDisk } from '../../../scripts/torture/power-disk.ts';
import { powerRound } from '../../../scripts/torture/power-round.ts';
import { openTortureStand, rootOn } from '../../../scripts/torture/stand.ts';
import { removeEverything, storeRest } from '../../../scripts/torture/store-rest.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';

// The same at length, with figures: node scripts/torture/power.ts.
// A busy machine may need far longer than a calm one.
vi.setConfig({ testTimeout: 400_000 });

beforeAll(() => buildIfStale());

describe('an engine whose machine loses power', () => {
  it('has all it had promised, nothing damaged, and goes on', async () => {
    await using disk = await openPowerDisk(400);
    await using stand = await openTortureStand((made) => rootOn(disk, made));
    for (const name of ['pull', 'build']) {
      const operation = operations.find((other) => other.name === name)!;
      await powerRound(stand, disk, operation, 30 + Math.random() * 500);
    }
    await removeEverything(stand.gantry);
    expect(storeRest(stand.root.dirs)).toEqual([]);
  });
});
