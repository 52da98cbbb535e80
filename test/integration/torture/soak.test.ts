import { beforeAll, describe, it, vi } from 'vitest';
import { soak } from '../../../scripts/torture/soak-containers.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { cliStand } from '../../support/cli-stand.ts';

// The same at length, with figures: node scripts/torture/soak.ts.
// A busy machine may need far longer than a calm one.
vi.setConfig({ testTimeout: 400_000 });

beforeAll(() => buildIfStale());

describe('four processes', () => {
  it('that make, run and remove containers, with gantry, monitors and processes killed, lose and leave nothing', async () => {
    await using stand = await cliStand();
    await soak(stand, 16, 4);
  });
});
