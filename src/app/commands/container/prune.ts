import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { parseFilters } from '../parse-filters.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';
import { describeContainers } from './describe-containers.ts';

export const containerPrune = defineCommand({
  id: 'container.prune',
  verbs: ['container prune'],
  summary: 'Remove all stopped containers',
  args: {},
  options: {
    filter: pruneFilterOption(filterKeys.containersPrune),
    dryRun: dryRunOption,
    force: forceOption,
  },
  keys: [{ key: 'D', places: ['containers'] }],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { removed } = await prune(ctx, options.filter, true);
      return {
        text: 'WARNING! This will remove all stopped containers.',
        items: await describeContainers(ctx, removed),
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const { removed, reclaimedBytes } = await prune(ctx, options.filter, options.dryRun);
    return {
      kind: 'removals',
      isDryRun: options.dryRun,
      sections: [{ noun: 'Containers', lines: removed }],
      reclaimedBytes,
    };
  },
});

function prune({ engine, signal }: CommandContext, filter: readonly string[], dryRun: boolean) {
  return engine.containers.prune({ signal, filters: parseFilters(filter), dryRun });
}
