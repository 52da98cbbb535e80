import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { bytes, flag } from '../option-spec.ts';
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
    reservedSpace: bytes('Keep what was used last, as much as fits in this'),
    maxUsedSpace: bytes('As --reserved-space; of several the largest counts'),
    keepStorage: bytes('The older name of --reserved-space'),
    dryRun: dryRunOption,
    force: forceOption,
  },
  needs: ['build.cache'],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { removed, reclaimedBytes } = await prune(ctx, options, true);
      return {
        text: `WARNING! This will remove all ${options.all ? '' : 'dangling '}build cache${limits(options)}.`,
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

function limits({ filter, reservedSpace, maxUsedSpace, keepStorage }: PruneOptions): string {
  const isKept = (reservedSpace ?? maxUsedSpace ?? keepStorage ?? 0) > 0;
  return `${filter.length > 0 ? ' that matches' : ''}${isKept ? ' beyond what is to be kept' : ''}`;
}

interface PruneOptions {
  readonly all: boolean;
  readonly filter: readonly string[];
  readonly reservedSpace: number | undefined;
  readonly maxUsedSpace: number | undefined;
  readonly keepStorage: number | undefined;
}

function prune({ engine, signal }: CommandContext, options: PruneOptions, dryRun: boolean) {
  const { all, filter, reservedSpace = 0, maxUsedSpace = 0, keepStorage = 0 } = options;
  const keepBytes = Math.max(reservedSpace, maxUsedSpace, keepStorage);
  return engine.builds.pruneCache({ signal, all, filters: parseFilters(filter), keepBytes, dryRun });
}
