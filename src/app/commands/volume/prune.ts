import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';
import { parseFilters } from '../parse-filters.ts';
import { withShortIds } from '../present/with-short-ids.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';

export const volumePrune = defineCommand({
  id: 'volume.prune',
  verbs: ['volume prune'],
  summary: 'Remove unused volumes',
  args: {},
  options: {
    all: flag('Named ones too, not just anonymous ones', { short: 'a' }),
    filter: pruneFilterOption(filterKeys.volumesPrune),
    dryRun: dryRunOption,
    force: forceOption,
  },
  keys: [{ key: 'D', places: ['volumes'] }],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { removed } = await prune(ctx, options, true);
      return {
        text: `WARNING! This will remove ${options.all ? 'all' : 'anonymous'} local volumes not used by at least one container.`,
        items: removed.map(withShortIds),
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const { removed, reclaimedBytes } = await prune(ctx, options, options.dryRun);
    return {
      kind: 'removals',
      isDryRun: options.dryRun,
      sections: [{ noun: 'Volumes', lines: removed }],
      reclaimedBytes,
    };
  },
});

function prune(
  { engine, signal }: CommandContext,
  options: { readonly all: boolean; readonly filter: readonly string[] },
  dryRun: boolean,
) {
  return engine.volumes.prune({ signal, all: options.all, filters: parseFilters(options.filter), dryRun });
}
