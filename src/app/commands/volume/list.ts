import { filterKeys } from '../../../engine/filter-keys.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption, formatOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import { parseFilters } from '../parse-filters.ts';
import { volumeTable } from './volume-table.ts';

export const volumeList = defineCommand({
  id: 'volume.list',
  verbs: ['volume ls', 'volume list'],
  summary: 'List volumes',
  args: {},
  options: {
    filter: filterOption(filterKeys.volumes),
    format: formatOption,
    quiet: { ...quietOption, help: 'Print nothing but names' },
  },
  async run(ctx, { options }) {
    const rows = await ctx.engine.volumes.list({ signal: ctx.signal, filters: parseFilters(options.filter) });
    return tableOutcome(volumeTable, rows, tableView(ctx, options));
  },
});
