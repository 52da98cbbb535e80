import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { parseFilters } from '../parse-filters.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';

export const networkPrune = defineCommand({
  id: 'network.prune',
  verbs: ['network prune'],
  summary: 'Remove unused networks',
  args: {},
  options: {
    filter: pruneFilterOption(filterKeys.networksPrune),
    dryRun: dryRunOption,
    force: forceOption,
  },
  keys: [{ key: 'D', places: ['networks'] }],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { removed } = await prune(ctx, options.filter, true);
      return {
        text: 'WARNING! This will remove all custom networks not used by at least one container.',
        items: removed,
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const { removed } = await prune(ctx, options.filter, options.dryRun);
    return {
      kind: 'removals',
      isDryRun: options.dryRun,
      sections: [{ noun: 'Networks', lines: removed }],
      reclaimedBytes: undefined,
    };
  },
});

function prune({ engine, signal }: CommandContext, filter: readonly string[], dryRun: boolean) {
  return engine.networks.prune({ signal, filters: parseFilters(filter), dryRun });
}
