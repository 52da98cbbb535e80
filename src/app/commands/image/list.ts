import { optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption, formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { flag } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import { parseFilters } from '../parse-filters.ts';
import { imageRows, imageTable } from './image-table.ts';

export const imageList = defineCommand({
  id: 'image.list',
  verbs: ['images', 'image ls', 'image list'],
  summary: 'List images',
  args: { reference: optional('REPOSITORY[:TAG]', { source: 'image' }) },
  options: {
    all: flag('Show images without a name that others are built upon too', { short: 'a' }),
    digests: flag('Show digests'),
    filter: filterOption,
    format: formatOption,
    noTrunc: noTruncOption,
    quiet: quietOption,
  },
  refused: { tree: 'gantry images lists one name a line', 'show-digest': 'use --digests' },
  async run(ctx, { args, options }) {
    const filters = parseFilters(options.filter);
    const images = await ctx.engine.images.list({
      signal: ctx.signal,
      all: options.all,
      filters:
        args.reference === undefined
          ? filters
          : { ...filters, reference: [...(filters['reference'] ?? []), args.reference] },
    });
    const table = options.digests
      ? { ...imageTable, columns: ['Repository', 'Tag', 'Digest', 'ID', 'CreatedSince', 'Size'] }
      : imageTable;
    const rows = imageRows(images, options.digests || (options.format?.includes('.Digest') ?? false));
    const shown = options.quiet ? rows.filter((row, at) => row.image.id !== rows[at - 1]?.image.id) : rows;
    return tableOutcome(table, shown, tableView(ctx, options));
  },
});
