import { filterKeys } from '../../../engine/filter-keys.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption, formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import { parseFilters } from '../parse-filters.ts';
import { networkTable } from './network-table.ts';

export const networkList = defineCommand({
  id: 'network.list',
  verbs: ['network ls', 'network list'],
  summary: 'List networks',
  args: {},
  options: {
    filter: filterOption(filterKeys.networks),
    format: formatOption,
    noTrunc: noTruncOption,
    quiet: quietOption,
  },
  async run(ctx, { options }) {
    const rows = await ctx.engine.networks.list({
      signal: ctx.signal,
      filters: parseFilters(options.filter),
    });
    return tableOutcome(networkTable, rows, tableView(ctx, options));
  },
});
