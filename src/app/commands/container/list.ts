import { filterKeys } from '../../../engine/filter-keys.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption, formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { flag, integer } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import { parseFilters } from '../parse-filters.ts';
import { containerTable } from './container-table.ts';

export const containerList = defineCommand({
  id: 'container.list',
  verbs: ['ps', 'container ls', 'container list', 'container ps'],
  summary: 'List containers',
  args: {},
  options: {
    all: flag('Show all containers, not just running ones', { short: 'a' }),
    filter: filterOption(filterKeys.containers),
    format: formatOption,
    last: integer('Show the n newest containers, whatever their state', { short: 'n', initial: -1 }),
    latest: flag('Show the newest container, whatever its state', { short: 'l' }),
    noTrunc: noTruncOption,
    quiet: quietOption,
    size: flag('Show how much each has written', { short: 's' }),
  },
  async run(ctx, { options }) {
    const last = options.latest && options.last < 0 ? 1 : options.last;
    const size = options.size || (options.format?.includes('.Size') ?? false);
    const rows = await ctx.engine.containers.list({
      signal: ctx.signal,
      all: options.all,
      filters: parseFilters(options.filter),
      size,
      ...(last >= 0 && { last }),
    });
    const table = options.size
      ? { ...containerTable, columns: [...containerTable.columns, 'Size'] }
      : containerTable;
    return tableOutcome(table, rows, tableView(ctx, options));
  },
});
