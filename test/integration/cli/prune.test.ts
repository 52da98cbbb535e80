import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
});
afterAll(() => stand[Symbol.asyncDispose]());

async function build(): Promise<void> {
  const context = stand.root.at('context');
  mkdirSync(context, { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), 'FROM busybox\nRUN echo made >/made\n');
  await gantry.must('build', '-q', '-t', 'made', context);
  await gantry.must('rmi', 'made');
}

const makers: Readonly<Record<string, () => Promise<unknown>>> = {
  container: () => gantry.must('create', '--label', 'old', 'busybox'),
  network: () => gantry.must('network', 'create', '--label', 'old', 'unused'),
  volume: () => gantry.must('volume', 'create', '--label', 'old'),
  builder: build,
  system: async () => {
    for (const noun of ['container', 'network', 'builder']) await makers[noun]?.();
  },
};

describe('a dry run', () => {
  it.each(Object.keys(makers))(
    'of %s prune tells the exact list, asks nothing and removes nothing',
    async (noun) => {
      await makers[noun]?.();
      const dry = await gantry.must(noun, 'prune', '--dry-run');
      expect(await gantry.must(noun, 'prune', '--dry-run')).toBe(dry);
      const real = await gantry.must(noun, 'prune', '--force');
      expect(dry).not.toBe('Total that would be reclaimed: 0B\n');
      expect(
        dry
          .replaceAll('Would delete', 'Deleted')
          .replace('Total that would be reclaimed', 'Total reclaimed space'),
      ).toBe(real);
    },
  );
});

describe('a filter', () => {
  it('of the build cache means when it was last used', async () => {
    await build();
    const prune = (...words: readonly string[]) => gantry.must('builder', 'prune', '--dry-run', ...words);
    expect(await prune('--filter', 'until=24h')).toBe('Total that would be reclaimed: 0B\n');
    expect(await prune('--filter', 'until=0s')).toBe(await prune());
    const bad = await gantry('builder', 'prune', '--filter', 'label=x');
    expect(bad).toMatchObject({ status: 1, stderr: expect.stringContaining("invalid filter 'label'") });
    expect(await gantry.must('system', 'prune', '--dry-run', '--filter', 'label=x')).toBe(
      'Total that would be reclaimed: 0B\n',
    );
    const both = await gantry('system', 'prune', '-f', '--volumes', '--filter', 'until=24h');
    expect(both.stderr).toContain('The "until" filter is not supported with "--volumes"');
    await gantry.must('builder', 'prune', '--force', '--all');
  });
});

it('everything goes in one go, also what only the build cache still held', async () => {
  await build();
  await gantry.must('rmi', '-f', 'busybox');
  await gantry.must('system', 'prune', '--all', '--force');
  expect(await gantry.must('system', 'prune', '--all', '--force')).toBe('Total reclaimed space: 0B\n');
});
