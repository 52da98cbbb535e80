import type { GantryError } from '../../../base/gantry-error.ts';
import { filterKeys } from '../../../engine/filter-keys.ts';
import type { ImageSummary } from '../../../engine/images.ts';
import { optional } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption, formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { flag } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import { usageError } from '../parse/usage-error.ts';
import { parseFilters } from '../parse-filters.ts';
import { imageRows, imageTable } from './image-table.ts';
import { imageTree } from './image-tree.ts';

export const imageList = defineCommand({
  id: 'image.list',
  verbs: ['images', 'image ls', 'image list'],
  summary: 'List images',
  args: { reference: optional('REPOSITORY[:TAG]', { source: 'image' }) },
  options: {
    all: flag('Show images without a name that others are built upon too', { short: 'a' }),
    digests: flag('Show digests'),
    filter: filterOption(filterKeys.images),
    format: formatOption,
    noTrunc: noTruncOption,
    quiet: quietOption,
    tree: flag('Show which layers images share, and what each takes'),
  },
  refused: { 'show-digest': 'use --digests' },
  async run(ctx, { args, options }) {
    const filters = parseFilters(options.filter);
    const images = await ctx.engine.images.list({
      signal: ctx.signal,
      all: options.all,
      layers: options.tree,
      filters:
        args.reference === undefined || args.reference === ''
          ? filters
          : { ...filters, reference: [...(filters['reference'] ?? []), args.reference] },
    });
    if (options.tree) {
      if (options.format !== undefined || options.quiet || options.digests) throw treeAlone();
      return { kind: 'lines', lines: imageTree(images, await layerBytes(ctx, images)) };
    }
    const table = options.digests
      ? { ...imageTable, columns: ['Repository', 'Tag', 'Digest', 'ID', 'CreatedSince', 'Size'] }
      : imageTable;
    const rows = imageRows(images, options.digests || (options.format?.includes('.Digest') ?? false));
    const shown = options.quiet ? rows.filter((row, at) => row.image.id !== rows[at - 1]?.image.id) : rows;
    return tableOutcome(table, shown, tableView(ctx, options));
  },
});

/** Each image is asked for its layers; there is no other way to their sizes through the port. */
async function layerBytes(
  { engine, signal }: CommandContext,
  images: readonly ImageSummary[],
): Promise<ReadonlyMap<string, number>> {
  const details = await Promise.all(images.map(({ id }) => engine.images.inspect(id, { signal })));
  return new Map(
    details.flatMap(({ layerDetails }) => layerDetails.map(({ diffId, sizeBytes }) => [diffId, sizeBytes])),
  );
}

function treeAlone(): GantryError {
  return usageError('conflicting-options', '--tree cannot be used with --format, --quiet or --digests');
}
