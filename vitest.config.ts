import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.ts';

const shared = { environment: 'node', pool: 'forks' as const };

/**
 * One project a kind of test. Everything that touches the machine (runtime, registry, network, terminal) runs
 * one file at a time: two engines of one host share its bridge names, ports and cgroups.
 */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    env: { FORCE_COLOR: '3', CI: 'false', NODE_ENV: 'production' },
    projects: [
      { extends: true, test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { ...shared, name: 'golden', include: ['test/golden/**/*.test.{ts,tsx}'] } },
      {
        extends: true,
        test: {
          ...shared,
          name: 'integration',
          include: ['test/{contract,integration,conformance}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
