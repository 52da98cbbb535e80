import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { flag } from '../option-spec.ts';
import { parseFilters } from '../parse-filters.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';
import { prunedImageLines } from './removed-image-line.ts';

export const imagePrune = defineCommand({
  id: 'image.prune',
  verbs: ['image prune'],
  summary: 'Remove unused images',
  args: {},
  options: {
    all: flag('Remove every image no container uses, not just dangling ones', { short: 'a' }),
    filter: pruneFilterOption(filterKeys.imagesPrune),
    dryRun: dryRunOption,
    force: forceOption,
  },
  keys: [{ key: 'D', places: ['images', 'layers'] }],
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const report = await prune(ctx, options, true);
      const items = prunedImageLines(report);
      return {
        text: options.all
          ? 'WARNING! This will remove all images without at least one container associated to them.'
          : 'WARNING! This will remove all dangling images.',
        items: items.length === 0 ? [] : [...items, `${humanSize(report.reclaimedBytes)} would be reclaimed`],
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    const report = await prune(ctx, options, options.dryRun);
    return {
      kind: 'removals',
      isDryRun: options.dryRun,
      sections: [{ noun: 'Images', lines: prunedImageLines(report) }],
      reclaimedBytes: report.reclaimedBytes,
    };
  },
});

function prune(
  { engine, signal }: CommandContext,
  options: { readonly all: boolean; readonly filter: readonly string[] },
  dryRun: boolean,
) {
  return engine.images.prune({ signal, all: options.all, filters: parseFilters(options.filter), dryRun });
}
