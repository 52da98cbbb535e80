import type { GantryError } from '../../../base/gantry-error.ts';
import { filterKeys } from '../../../engine/filter-keys.ts';
import type { CommandContext } from '../command-context.ts';
import { describeContainers } from '../container/describe-containers.ts';
import { defineCommand } from '../define-command.ts';
import { prunedImageLines } from '../image/removed-image-line.ts';
import { flag } from '../option-spec.ts';
import { usageError } from '../parse/usage-error.ts';
import { parseFilters } from '../parse-filters.ts';
import { withShortIds } from '../present/with-short-ids.ts';
import { dryRunOption, forceOption, pruneFilterOption } from '../prune-options.ts';

export const systemPrune = defineCommand({
  id: 'system.prune',
  verbs: ['system prune'],
  summary: 'Remove everything that is not used',
  args: {},
  options: {
    all: flag('Remove every image no container uses, not just dangling ones', { short: 'a' }),
    filter: pruneFilterOption(filterKeys.containersPrune),
    dryRun: dryRunOption,
    force: forceOption,
    volumes: flag('Remove anonymous volumes too'),
  },
  danger: {
    asks: 'always',
    async question(ctx, { options }) {
      if (options.force || options.dryRun) return undefined;
      const { sections } = await prune(ctx, options, true);
      const [ofContainers, ...others] = sections;
      const items = [
        ...(await describeContainers(ctx, ofContainers.lines)).map((line) => `${ofContainers.noun}: ${line}`),
        ...others.flatMap(({ noun, lines }) => lines.map((line) => `${noun}: ${withShortIds(line)}`)),
      ];
      return {
        text: [
          'WARNING! This will remove:',
          '  - all stopped containers',
          '  - all networks not used by at least one container',
          ...(options.volumes ? ['  - all anonymous volumes not used by at least one container'] : []),
          options.all
            ? '  - all images without at least one container associated to them'
            : '  - all dangling images',
          `  - ${options.all ? 'all' : 'unused'} build cache`,
        ].join('\n'),
        items,
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run(ctx, { options }) {
    return { kind: 'removals', isDryRun: options.dryRun, ...(await prune(ctx, options, options.dryRun)) };
  },
});

interface PruneOptions {
  readonly all: boolean;
  readonly filter: readonly string[];
  readonly volumes: boolean;
}

/** In the order that frees the most: what containers held is free for what comes after them. */
async function prune(
  { engine, signal }: CommandContext,
  { all, filter, volumes }: PruneOptions,
  dryRun: boolean,
) {
  const filters = parseFilters(filter);
  if (volumes && filters['until'] !== undefined) throw untilWithVolumes();
  const containers = await engine.containers.prune({ signal, filters, dryRun });
  // What the earlier steps would take away is taken for gone by the later ones: the list is exact.
  const withoutContainers = dryRun ? containers.removed : [];
  const networks = await engine.networks.prune({ signal, filters, dryRun });
  const freed = volumes
    ? await engine.volumes.prune({ signal, filters, dryRun, withoutContainers })
    : { removed: [], reclaimedBytes: 0 };
  const images = await engine.images.prune({ signal, all, filters, dryRun, withoutContainers });
  const withoutImages = dryRun ? images.removed.map(({ target }) => target) : [];
  // Nothing of the cache has labels: where they are asked for, none of it is meant.
  const isLabelled = Object.keys(filters).some((key) => key !== 'until');
  const cache = isLabelled
    ? { removed: [], reclaimedBytes: 0 }
    : await engine.builds.pruneCache({ signal, all, filters, dryRun, withoutContainers, withoutImages });
  // What only the cache still held of the images' layers; a dry run does not foresee it.
  const isMore = !dryRun && cache.removed.length > 0;
  const rest = isMore ? [await engine.images.prune({ signal, all, filters })] : [];
  const reclaimed = [containers, freed, images, cache, ...rest].map(({ reclaimedBytes }) => reclaimedBytes);
  return {
    sections: [
      { noun: 'Containers', lines: containers.removed },
      { noun: 'Networks', lines: networks.removed },
      { noun: 'Volumes', lines: freed.removed },
      { noun: 'Images', lines: [images, ...rest].flatMap(prunedImageLines) },
      { noun: 'build cache objects', lines: cache.removed },
    ] as const,
    reclaimedBytes: reclaimed.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function untilWithVolumes(): GantryError {
  return usageError('conflicting-options', 'The "until" filter is not supported with "--volumes"');
}
