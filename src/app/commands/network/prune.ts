import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { flag, list } from '../option-spec.ts';
import { parseFilters } from '../parse-filters.ts';

export const networkPrune = defineCommand({
  id: 'network.prune',
  verbs: ['network prune'],
  summary: 'Remove unused networks',
  args: {},
  options: {
    filter: list('Only what matches (until=24h, label=key)', { valueName: 'filter' }),
    force: flag('Do not ask', { short: 'f' }),
  },
  keys: [{ key: 'D', places: ['networks'] }],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force) return undefined;
      const { removed } = await prune(ctx, options.filter, true);
      return {
        text: 'WARNING! This will remove all custom networks not used by at least one container.',
        items: removed,
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const { removed } = await prune(ctx, options.filter, false);
    return {
      kind: 'removals',
      sections: [{ noun: 'Networks', lines: removed }],
      reclaimedBytes: undefined,
    };
  },
});

function prune({ engine, signal }: CommandContext, filter: readonly string[], dryRun: boolean) {
  return engine.networks.prune({ signal, filters: parseFilters(filter), dryRun });
}
