import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { flag } from '../option-spec.ts';
import { parseFilters } from '../parse-filters.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';

export const builderPrune = defineCommand({
  id: 'builder.prune',
  verbs: ['builder prune'],
  summary: 'Remove build cache',
  args: {},
  options: {
    all: flag('All of it, not just what no image is built upon', { short: 'a' }),
    filter: pruneFilterOption(filterKeys.cachePrune),
    dryRun: dryRunOption,
    force: forceOption,
  },
  refused: { 'keep-storage': 'say until when it was last used: --filter until=24h' },
  needs: ['build.cache'],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { removed, reclaimedBytes } = await prune(ctx, options, true);
      return {
        text: `WARNING! This will remove all ${options.all ? '' : 'dangling '}build cache.`,
        items: removed.length === 0 ? [] : [...removed, `${humanSize(reclaimedBytes)} would be reclaimed`],
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const { removed, reclaimedBytes } = await prune(ctx, options, options.dryRun);
    return {
      kind: 'removals',
      isDryRun: options.dryRun,
      sections: [{ noun: 'build cache objects', lines: removed }],
      reclaimedBytes,
    };
  },
});

function prune(
  { engine, signal }: CommandContext,
  { all, filter }: { readonly all: boolean; readonly filter: readonly string[] },
  dryRun: boolean,
) {
  return engine.builds.pruneCache({ signal, all, filters: parseFilters(filter), dryRun });
}
