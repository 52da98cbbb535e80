import { beforeAll, describe, expect, it, vi } from 'vitest';
import { killRound } from '../../../scripts/torture/kill-round.ts';
import { operations } from '../../../scripts/torture/operations.ts';
import { openPowerDisk } from '../../../scripts/torture/power-disk.ts';
import { powerRound } from '../../../scripts/torture/power-round.ts';
import { soak } from '../../../scripts/torture/soak-containers.ts';
import { openTortureStand, rootOn } from '../../../scripts/torture/stand.ts';
import { removeEverything, storeRest } from '../../../scripts/torture/store-rest.ts';
import { stress } from '../../../scripts/torture/stress-images.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { cliStand } from '../../support/cli-stand.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';

// The same at length, with figures: node scripts/torture/kill.ts, stress.ts, soak.ts, power.ts.
// Hundreds of processes: a busy machine may need far longer than a calm one.
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

describe('ten processes', () => {
  it('that pull, tag, remove and prune the same images fail only as a person expects, and lose nothing', async () => {
    await using stand = await openTortureStand();
    const { runs } = await stress(stand, 10, 3_000);
    expect(runs.size).toBeGreaterThan(3);
  });
});

describe('four processes', () => {
  it('that make, run and remove containers, with gantry, monitors and processes killed, lose and leave nothing', async () => {
    enterOwnNetworkNamespace();
    await using stand = await cliStand();
    await soak(stand, 16, 4);
  });
});

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
