import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.ts';

/** Two files at a time: left to itself vitest keeps one of two processors free, and more would keep each other waiting. */
const inOrder = (groupOrder: number) => ({
  environment: 'node',
  pool: 'forks' as const,
  maxWorkers: 2,
  sequence: { groupOrder },
});

/** A test file has its own root and its own network namespace, and waits for others more than it computes. */
const onTheMachine = {
  setupFiles: ['./test/support/own-network-namespace.setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/**
 * One project a kind of test, the quick ones first. Unit tests share the modules they load: they replace none, and two
 * thirds of their time went into loading.
 */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    env: { FORCE_COLOR: '3', CI: 'false', NODE_ENV: 'production' },
    projects: [
      project('unit', { ...inOrder(0), testTimeout: 30_000, isolate: false }),
      project('golden', { ...inOrder(1), testTimeout: 30_000 }),
      project('integration', { ...inOrder(2), ...onTheMachine }, 'test/{contract,integration,conformance}'),
      project('e2e', { ...inOrder(3), ...onTheMachine, globalSetup: './test/support/build-if-stale.ts' }),
    ],
  },
});

function project(name: string, test: object, folder = `test/${name}`): TestProjectInlineConfiguration {
  return { extends: true, test: { ...test, name, include: [`${folder}/**/*.test.{ts,tsx}`] } };
}
